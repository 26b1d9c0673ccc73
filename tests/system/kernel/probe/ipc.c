/* Sockets, message queues, rings. */
#include "probe.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* @NAME is an abstract unix address, :PORT one of this machine, `auto` a unix address that the kernel makes up. */
static socklen_t address(struct sockaddr_storage *storage, const char *name)
{
	struct sockaddr_un *unix_address = (void *)storage;
	struct sockaddr_in *inet = (void *)storage;

	memset(storage, 0, sizeof *storage);
	if (name[0] == ':') {
		inet->sin_family = AF_INET;
		inet->sin_port = htons(atoi(name + 1));
		inet->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof *inet;
	}
	unix_address->sun_family = AF_UNIX;
	if (!strcmp(name, "auto"))
		return offsetof(struct sockaddr_un, sun_path);
	strncpy(unix_address->sun_path + (name[0] == '@'), name + (name[0] == '@'), sizeof unix_address->sun_path - 1);
	return offsetof(struct sockaddr_un, sun_path) + strlen(name);
}

/* One step with a socket. */
static int step(int fd, const char *step)
{
	struct sockaddr_storage storage;
	const char *name = strchr(step, '=');
	socklen_t size = name ? address(&storage, name + 1) : sizeof storage;
	int value = 1;

	if (!strncmp(step, "bind=", 5))
		return bind(fd, (void *)&storage, size);
	if (!strncmp(step, "connect=", 8))
		return connect(fd, (void *)&storage, size);
	if (!strncmp(step, "send=", 5))
		return sendto(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL, (void *)&storage, size);
	if (!strcmp(step, "send"))
		return send(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (!strcmp(step, "listen"))
		return listen(fd, 4);
	if (!strcmp(step, "accept"))
		return accept4(fd, NULL, NULL, 0) < 0 && errno != EAGAIN ? -1 : 0;
	if (!strcmp(step, "getname"))
		return getsockname(fd, (void *)&storage, &size);
	if (!strcmp(step, "shutdown"))
		return shutdown(fd, SHUT_RDWR);
	if (!strcmp(step, "setopt"))
		return setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, sizeof value);
	size = sizeof value;
	if (!strcmp(step, "getopt"))
		return getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, &size);
	errno = ENOSYS;
	return -1;
}

/* FAMILY TYPE PROTOCOL STEP...: the first step that fails is named. */
static int do_socket(char **a)
{
	int fd = socket(atoi(a[0]), atoi(a[1]) | SOCK_NONBLOCK, atoi(a[2]));

	if (fd < 0)
		return report(-1);
	for (char **word = a + 3; *word; word++)
		if (step(fd, *word) < 0) {
			printf("%.*s ", (int)strcspn(*word, "="), *word);
			return report(-1);
		}
	return report(0);
}

static int bind_to(const char *name)
{
	struct sockaddr_storage storage;
	socklen_t size = address(&storage, name);
	int fd = socket(storage.ss_family, SOCK_STREAM, 0);

	return report(fd < 0 ? -1 : bind(fd, (void *)&storage, size));
}

static int bind_port(char **a)
{
	char name[16];

	snprintf(name, sizeof name, ":%s", a[0]);
	return bind_to(name);
}

static int bind_abstract(char **a)
{
	char name[64];

	snprintf(name, sizeof name, "@%s", a[0]);
	return bind_to(name);
}

/* PROFILE TYPE NAME ACTION...: a process under the profile holds a socket of that name while the action runs. */
static int holder(char **a)
{
	struct sockaddr_storage storage;
	int ready[2], end[2], fd;
	char byte;
	pid_t child;

	if (pipe(ready) < 0 || pipe(end) < 0 || (child = fork()) < 0)
		return report(-1);
	if (!child) {
		close(end[1]);
		if (write_attr("current", "changeprofile", a[0]) < 0)
			_exit(1);
		fd = socket(AF_UNIX, atoi(a[1]), 0);
		if (fd < 0 || bind(fd, (void *)&storage, address(&storage, a[2])) < 0)
			_exit(1);
		if ((atoi(a[1]) == SOCK_DGRAM || listen(fd, 4) == 0) && write(ready[1], "r", 1) == 1)
			if (read(end[0], &byte, 1))
				_exit(1);
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) {
		puts("no socket");
		return 1;
	}
	return act(a + 3);
}

static int mq_open_queue(char **a)
{
	return report(syscall(SYS_mq_open, a[0], O_RDWR | O_CREAT | O_NONBLOCK, 0600, NULL));
}

static int mq_remove(char **a) { return report(syscall(SYS_mq_unlink, a[0])); }
static int sysv_queue(char **a) { return report(msgget(atoi(a[0]), IPC_CREAT | 0600)); }

static int ring(struct io_uring_params *params) { return syscall(SYS_io_uring_setup, 4, params); }

/* A ring that a kernel thread polls. */
static int uring_poll(char **a)
{
	struct io_uring_params params = { .flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 1 };

	(void)a;
	return report(ring(&params));
}

/* Changes to the profile, then has the ring do nothing with the credentials from before. */
static int uring_creds(char **a)
{
	struct io_uring_params params = { 0 };
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqe;
	uint8_t *submitted, *completed;
	int personality, fd = ring(&params);

	if (fd < 0 || (personality = syscall(SYS_io_uring_register, fd, IORING_REGISTER_PERSONALITY, NULL, 0)) < 0)
		return report(-1);
	submitted = mmap(NULL, params.sq_off.array + 64, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
	completed = mmap(NULL, params.cq_off.cqes + 8 * sizeof *cqe, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_CQ_RING);
	sqes = mmap(NULL, 4 * sizeof *sqes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQES);
	if (submitted == MAP_FAILED || completed == MAP_FAILED || sqes == MAP_FAILED
	    || write_attr("current", "changeprofile", a[0]) < 0)
		return report(-1);
	memset(sqes, 0, sizeof *sqes);
	sqes->opcode = IORING_OP_NOP;
	sqes->personality = personality;
	*(uint32_t *)(submitted + params.sq_off.array) = 0;
	__atomic_store_n((uint32_t *)(submitted + params.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return report(-1);
	cqe = (void *)(completed + params.cq_off.cqes);
	errno = -cqe->res;
	return report(cqe->res < 0 ? -1 : 0);
}

const struct action ipc_actions[] = {
	{ "bind-abstract", 1, bind_abstract },
	{ "bind-port", 1, bind_port },
	{ "mq-open", 1, mq_open_queue },
	{ "mq-unlink", 1, mq_remove },
	{ "socket", 3, do_socket },
	{ "socket-of", 4, holder },
	{ "sysv-queue", 1, sysv_queue },
	{ "uring-creds", 1, uring_creds },
	{ "uring-poll", 0, uring_poll },
	{ NULL, 0, NULL },
};
