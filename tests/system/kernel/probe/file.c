/* Files. */
#include "probe.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static int open_read(char **a) { return report(open(a[0], O_RDONLY)); }
static int open_write(char **a) { return report(open(a[0], O_WRONLY | O_CREAT, 0644)); }
static int open_append(char **a) { return report(open(a[0], O_WRONLY | O_APPEND)); }
static int do_truncate(char **a) { return report(truncate(a[0], 0)); }
static int do_link(char **a) { return report(link(a[0], a[1])); }
static int do_symlink(char **a) { return report(symlink(a[0], a[1])); }
static int do_rename(char **a) { return report(rename(a[0], a[1])); }
static int do_unlink(char **a) { return report(unlink(a[0])); }
static int do_mkdir(char **a) { return report(mkdir(a[0], 0755)); }
static int do_rmdir(char **a) { return report(rmdir(a[0])); }
static int do_mkfifo(char **a) { return report(mkfifo(a[0], 0644)); }
static int do_chmod(char **a) { return report(chmod(a[0], 0600)); }
static int do_chown(char **a) { return report(chown(a[0], 1000, 1000)); }
static int set_xattr(char **a) { return report(setxattr(a[0], a[1], a[2], strlen(a[2]), 0)); }

static int do_stat(char **a)
{
	struct stat status;

	return report(stat(a[0], &status));
}

static int lock(char **a)
{
	int fd = open(a[0], O_RDONLY);

	return report(fd < 0 ? -1 : flock(fd, LOCK_SH));
}

static int map_exec(char **a)
{
	int fd = open(a[0], O_RDONLY);

	if (fd < 0)
		return report(-1);
	return report(mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0);
}

/* Locks a file that was open before the process came under the profile. */
static int lock_held(char **a)
{
	int fd = open(a[1], O_RDONLY);

	if (fd < 0 || write_attr("current", "changeprofile", a[0]) < 0)
		return report(-1);
	return report(flock(fd, LOCK_SH));
}

/* Opens a file that is deleted by then, under the profile. */
static int deleted(char **a)
{
	char path[32];
	int fd = open(a[1], O_RDWR | O_CREAT, 0644);

	if (fd < 0 || unlink(a[1]) < 0 || write_attr("current", "changeprofile", a[0]) < 0)
		return report(-1);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return report(open(path, O_RDONLY));
}

/* Asks the kernel what a label allows. In the second word, \xHH is a byte. Prints the words of the answer that are not zero, in
 * hexadecimal digits, or `everything`, which is the answer where nothing is mediated. */
static int query(char **a)
{
	unsigned int allow, deny, audit, quiet;
	char text[1024];
	size_t size;
	int length, fd = open("/sys/kernel/security/apparmor/.access", O_RDWR);

	size = snprintf(text, sizeof text, "label%c%s", 0, a[0]) + 1;
	for (const char *c = a[1]; *c && size < sizeof text; size++) {
		if (c[0] == '\\' && c[1] == 'x') {
			char digits[3] = { c[2], c[3], 0 };
			text[size] = strtoul(digits, NULL, 16);
			c += 4;
		} else {
			text[size] = *c++;
		}
	}
	if (fd < 0 || write(fd, text, size) < 0 || (length = read(fd, text, sizeof text - 1)) < 0)
		return report(-1);
	text[length] = 0;
	if (sscanf(text, "allow %x deny %x audit %x quiet %x", &allow, &deny, &audit, &quiet) != 4)
		return puts("no answer");
	if (allow == ~0U && quiet == ~0U)
		return puts("everything");
	printf("allow %x", allow);
	if (deny)
		printf(" deny %x", deny);
	if (audit)
		printf(" audit %x", audit);
	if (quiet)
		printf(" quiet %x", quiet);
	putchar('\n');
	return 0;
}

const struct action file_actions[] = {
	{ "chmod", 1, do_chmod },
	{ "chown", 1, do_chown },
	{ "deleted", 2, deleted },
	{ "link", 2, do_link },
	{ "lock", 1, lock },
	{ "lock-held", 2, lock_held },
	{ "map-exec", 1, map_exec },
	{ "mkdir", 1, do_mkdir },
	{ "mkfifo", 1, do_mkfifo },
	{ "open-append", 1, open_append },
	{ "open-read", 1, open_read },
	{ "open-write", 1, open_write },
	{ "query", 2, query },
	{ "rename", 2, do_rename },
	{ "rmdir", 1, do_rmdir },
	{ "set-xattr", 3, set_xattr },
	{ "stat", 1, do_stat },
	{ "symlink", 2, do_symlink },
	{ "truncate", 1, do_truncate },
	{ "unlink", 1, do_unlink },
	{ NULL, 0, NULL },
};
