/* The program that runs inside the machine: it tries one thing and prints how that went, as the name of the error or `ok`.
 *
 *   probe as PROFILE PROGRAM ARGS...   run a program under a profile
 *   probe run PROGRAM ARGS...          run a program and let the profile in force decide about the transition
 *   probe hat HAT ACTION ARGS...       change into a hat, then act
 *   probe ACTION ARGS...               the actions of the table at the end
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int report(int result)
{
	puts(result < 0 ? strerrorname_np(errno) : "ok");
	return 0;
}

/* One write to /proc/self/attr/apparmor/FILE, or to the file older kernels have. */
static int write_attr(const char *file, const char *text)
{
	char path[64];
	int fd, result;

	snprintf(path, sizeof path, "/proc/self/attr/apparmor/%s", file);
	fd = open(path, O_WRONLY);
	if (fd < 0 && errno == ENOENT) {
		snprintf(path, sizeof path, "/proc/self/attr/%s", file);
		fd = open(path, O_WRONLY);
	}
	if (fd < 0)
		return -1;
	result = write(fd, text, strlen(text));
	close(fd);
	return result;
}

static int label(char **a)
{
	char text[256] = "";
	int fd = open("/proc/self/attr/apparmor/current", O_RDONLY);

	(void)a;
	if (fd < 0 || read(fd, text, sizeof text - 1) < 0)
		return report(-1);
	text[strcspn(text, "\n")] = 0;
	puts(text);
	return 0;
}

static int open_read(char **a) { return report(open(a[0], O_RDONLY)); }
static int open_write(char **a) { return report(open(a[0], O_WRONLY | O_CREAT, 0644)); }
static int do_link(char **a) { return report(link(a[0], a[1])); }
static int do_unlink(char **a) { return report(unlink(a[0])); }
static int do_mkdir(char **a) { return report(mkdir(a[0], 0755)); }
static int do_chmod(char **a) { return report(chmod(a[0], 0600)); }
static int do_chown(char **a) { return report(chown(a[0], 1000, 1000)); }
static int do_setuid(char **a) { return report(setuid(atoi(a[0]))); }
static int do_kill(char **a) { return report(kill(atoi(a[0]), atoi(a[1]))); }
static int sethost(char **a) { return report(sethostname(a[0], strlen(a[0]))); }
static int userns(char **a) { (void)a; return report(unshare(CLONE_NEWUSER)); }
static int do_umount(char **a) { return report(umount(a[0])); }
static int bind_mount(char **a) { return report(mount(a[0], a[1], NULL, MS_BIND, NULL)); }
static int make_private(char **a) { return report(mount(NULL, a[0], NULL, MS_PRIVATE | MS_REC, NULL)); }
static int mount_rw(char **a) { return report(mount("tmpfs", a[0], "tmpfs", 0, NULL)); }
static int mount_ro(char **a) { return report(mount("tmpfs", a[0], "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, NULL)); }
static int do_socket(char **a) { return report(socket(atoi(a[0]), atoi(a[1]), atoi(a[2]))); }

static int bind_port(char **a)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(a[0])) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return report(fd < 0 ? -1 : bind(fd, (struct sockaddr *)&address, sizeof address));
}

/* Binds an abstract unix socket. */
static int bind_abstract(char **a)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(address.sun_path + 1, a[0], sizeof address.sun_path - 2);
	return report(fd < 0 ? -1
	              : bind(fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + 1 + strlen(a[0])));
}

/* The hard limit that a profile lowered. */
static int limit(char **a)
{
	struct rlimit rlimit;

	if (getrlimit(atoi(a[0]), &rlimit) < 0)
		return report(-1);
	if (rlimit.rlim_max == RLIM_INFINITY)
		puts("infinity");
	else
		printf("%llu\n", (unsigned long long)rlimit.rlim_max);
	return 0;
}

static int change_profile(char **a)
{
	char text[256];

	snprintf(text, sizeof text, "changeprofile %s", a[0]);
	return report(write_attr("current", text));
}

static int run(char **a)
{
	execv(a[0], a);
	return report(-1);
}

static int as(char **a)
{
	char text[256];

	snprintf(text, sizeof text, "exec %s", a[0]);
	if (write_attr("exec", text) < 0)
		return report(-1);
	return run(a + 1);
}

static int act(char **a);

static int hat(char **a)
{
	char text[256];

	snprintf(text, sizeof text, "changehat 0000000000001234^%s", a[0]);
	if (write_attr("current", text) < 0)
		return report(-1);
	return act(a + 1);
}

static const struct {
	const char *name;
	int arguments;
	int (*function)(char **);
} actions[] = {
	{ "as", 2, as },
	{ "bind-abstract", 1, bind_abstract },
	{ "bind-mount", 2, bind_mount },
	{ "bind-port", 1, bind_port },
	{ "change-profile", 1, change_profile },
	{ "chmod", 1, do_chmod },
	{ "chown", 1, do_chown },
	{ "hat", 2, hat },
	{ "kill", 2, do_kill },
	{ "label", 0, label },
	{ "limit", 1, limit },
	{ "link", 2, do_link },
	{ "make-private", 1, make_private },
	{ "mkdir", 1, do_mkdir },
	{ "mount-ro", 1, mount_ro },
	{ "mount-rw", 1, mount_rw },
	{ "open-read", 1, open_read },
	{ "open-write", 1, open_write },
	{ "run", 1, run },
	{ "sethostname", 1, sethost },
	{ "setuid", 1, do_setuid },
	{ "socket", 3, do_socket },
	{ "umount", 1, do_umount },
	{ "unlink", 1, do_unlink },
	{ "userns", 0, userns },
};

static int act(char **a)
{
	int count = 0;

	while (a[count])
		count++;
	for (size_t i = 0; count > 0 && i < sizeof actions / sizeof *actions; i++)
		if (!strcmp(a[0], actions[i].name) && count > actions[i].arguments)
			return actions[i].function(a + 1);
	puts("usage");
	return 2;
}

int main(int argc, char **argv)
{
	(void)argc;
	return act(argv + 1);
}
