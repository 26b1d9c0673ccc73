/* The program that runs inside the machine: it tries one thing and prints how that went, as the name of the error or `ok`.
 *
 *   probe ACTION ARGUMENTS...
 *
 * Some actions prepare something (a profile, a peer, a place) and then run the action that the rest of the line names.
 * The actions stand in tables: task.c (labels, processes, limits, capabilities), file.c, mount.c, ipc.c (sockets, queues, rings).
 */
#include "probe.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* /proc, held from the start: later the root may be another one. */
static int proc;

int report(int result)
{
	puts(result < 0 ? strerrorname_np(errno) : "ok");
	return 0;
}

int write_attr(const char *file, const char *command, const char *argument)
{
	char path[64], text[512];
	int fd, result;

	snprintf(path, sizeof path, "self/attr/apparmor/%s", file);
	snprintf(text, sizeof text, "%s %s", command, argument);
	fd = openat(proc, path, O_WRONLY);
	if (fd < 0)
		return -1;
	result = write(fd, text, strlen(text));
	close(fd);
	return result;
}

int act(char **words)
{
	static const struct action *const tables[] = { task_actions, file_actions, mount_actions, ipc_actions };
	int count = 0;

	while (words[count])
		count++;
	for (size_t i = 0; count > 0 && i < sizeof tables / sizeof *tables; i++)
		for (const struct action *action = tables[i]; action->name; action++)
			if (!strcmp(words[0], action->name) && count > action->arguments)
				return action->function(words + 1);
	puts("usage");
	return 2;
}

int main(int argc, char **argv)
{
	(void)argc;
	proc = open("/proc", O_PATH);
	return act(argv + 1);
}
