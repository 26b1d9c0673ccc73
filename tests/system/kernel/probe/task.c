/* Labels, processes, limits, capabilities. */
#include "probe.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static int label(char **a)
{
	char text[512] = "";
	int fd = open("/proc/self/attr/apparmor/current", O_RDONLY);

	(void)a;
	if (fd < 0 || read(fd, text, sizeof text - 1) < 0)
		return report(-1);
	text[strcspn(text, "\n")] = 0;
	puts(text);
	return 0;
}

static int run(char **a)
{
	execv(a[0], a);
	return report(-1);
}

/* A program under a profile, by the transition that is asked for at exec. */
static int as(char **a) { return write_attr("exec", "exec", a[0]) < 0 ? report(-1) : run(a + 1); }
static int as_stack(char **a) { return write_attr("exec", "stack", a[0]) < 0 ? report(-1) : run(a + 1); }

/* What follows is under the profile: unconfined processes may change at once. */
static int in(char **a) { return write_attr("current", "changeprofile", a[0]) < 0 ? report(-1) : act(a + 1); }
static int stack(char **a) { return write_attr("current", "stack", a[0]) < 0 ? report(-1) : act(a + 1); }
static int change_profile(char **a) { return report(write_attr("current", "changeprofile", a[0])); }
static int stack_profile(char **a) { return report(write_attr("current", "stack", a[0])); }

static int hat_change(const char *name)
{
	char text[256];

	snprintf(text, sizeof text, "0000000000001234^%s", name);
	return write_attr("current", "changehat", text);
}

static int hat(char **a) { return hat_change(a[0]) < 0 ? report(-1) : act(a + 1); }
static int leave_hat(char **a) { return hat_change("") < 0 ? report(-1) : act(a); }
static int leave_badly(char **a)
{
	return write_attr("current", "changehat", "0000000000009999^") < 0 ? report(-1) : act(a);
}

/* Forks a process that lives under the profile until this one ends. The word PEER in what follows is its number. */
static int peer(char **a)
{
	static char number[16];
	int ready[2], end[2];
	char byte = 0;
	pid_t child;

	if (pipe(ready) < 0 || pipe(end) < 0 || (child = fork()) < 0)
		return report(-1);
	if (!child) {
		close(end[1]);
		if (write_attr("current", "changeprofile", a[0]) > 0 && write(ready[1], "r", 1) == 1)
			while (read(end[0], &byte, 1) < 0 && errno == EINTR)
				;
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) {
		puts("no peer");
		return 1;
	}
	snprintf(number, sizeof number, "%d", child);
	for (char **word = a + 1; *word; word++)
		if (!strcmp(*word, "PEER"))
			*word = number;
	return act(a + 1);
}

/* What became of the process that does what follows: how it ended, if a signal ended it. */
static int status(char **a)
{
	int status;
	pid_t child = fork();

	if (!child)
		exit(act(a));
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return report(-1);
	if (WIFSIGNALED(status))
		printf("signal %d\n", WTERMSIG(status));
	return 0;
}

static int trace(char **a)
{
	pid_t pid = atoi(a[0]);

	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) < 0)
		return report(-1);
	waitpid(pid, NULL, 0);
	return report(ptrace(PTRACE_DETACH, pid, NULL, NULL));
}

/* Reading what a process runs is asked for like tracing it for reading. */
static int look(char **a)
{
	char path[32], text[64];

	snprintf(path, sizeof path, "/proc/%s/exe", a[0]);
	return report(readlink(path, text, sizeof text));
}

static int do_kill(char **a) { return report(kill(atoi(a[0]), atoi(a[1]))); }
static int do_chroot(char **a) { return report(chroot(a[0])); }
static int in_root(char **a) { return chroot(a[0]) < 0 || chdir("/") < 0 ? report(-1) : act(a + 1); }
static int uid(char **a) { return setuid(atoi(a[0])) < 0 ? report(-1) : act(a + 1); }
static int do_setuid(char **a) { return report(setuid(atoi(a[0]))); }
static int sethost(char **a) { return report(sethostname(a[0], strlen(a[0]))); }
static int make_device(char **a) { return report(mknod(a[0], S_IFCHR | 0600, makedev(1, 3))); }
static int nicer(char **a) { return report(setpriority(PRIO_PROCESS, 0, atoi(a[0]))); }
static int userns(char **a) { (void)a; return report(unshare(CLONE_NEWUSER)); }

/* Whether the last exec cleaned the environment. */
static int secure(char **a)
{
	(void)a;
	puts(getauxval(AT_SECURE) ? "secure" : "not secure");
	return 0;
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

static int set_limit(char **a)
{
	struct rlimit rlimit = { atoi(a[1]), atoi(a[1]) };

	return report(setrlimit(atoi(a[0]), &rlimit));
}

const struct action task_actions[] = {
	{ "as", 2, as },
	{ "as-stack", 2, as_stack },
	{ "change-profile", 1, change_profile },
	{ "chroot", 1, do_chroot },
	{ "hat", 2, hat },
	{ "in", 2, in },
	{ "in-root", 2, in_root },
	{ "kill", 2, do_kill },
	{ "label", 0, label },
	{ "leave-badly", 1, leave_badly },
	{ "leave-hat", 1, leave_hat },
	{ "limit", 1, limit },
	{ "look", 1, look },
	{ "make-device", 1, make_device },
	{ "nice", 1, nicer },
	{ "peer", 2, peer },
	{ "run", 1, run },
	{ "secure", 0, secure },
	{ "set-limit", 2, set_limit },
	{ "sethostname", 1, sethost },
	{ "setuid", 1, do_setuid },
	{ "stack", 2, stack },
	{ "stack-profile", 1, stack_profile },
	{ "status", 1, status },
	{ "trace", 1, trace },
	{ "uid", 2, uid },
	{ "userns", 0, userns },
	{ NULL, 0, NULL },
};
