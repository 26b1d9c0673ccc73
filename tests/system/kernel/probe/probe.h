/* What the parts of the probe share. */
#define _GNU_SOURCE
#include <stddef.h>

struct action {
	const char *name;
	int arguments; /* how many it needs */
	int (*function)(char **arguments);
};

/* The parts of the probe; an entry without name ends each table. */
extern const struct action task_actions[], file_actions[], mount_actions[], ipc_actions[];

/* Prints how something went: `ok` or the name of the error. */
int report(int result);

/* Runs the action that the words name. */
int act(char **words);

/* One write to /proc/self/attr/apparmor/FILE, also where this is not in sight any more. */
int write_attr(const char *file, const char *command, const char *argument);
