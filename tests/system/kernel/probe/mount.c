/* Mounts and roots. */
#include "probe.h"
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The flags by their names in rules. */
static const struct {
	const char *name;
	unsigned long flag;
} flags[] = {
	{ "ro", MS_RDONLY }, { "nosuid", MS_NOSUID }, { "nodev", MS_NODEV }, { "noexec", MS_NOEXEC },
	{ "remount", MS_REMOUNT }, { "noatime", MS_NOATIME }, { "bind", MS_BIND }, { "move", MS_MOVE },
	{ "rec", MS_REC }, { "private", MS_PRIVATE }, { "slave", MS_SLAVE }, { "shared", MS_SHARED },
	{ "unbindable", MS_UNBINDABLE },
};

static const char *or_nothing(const char *word) { return strcmp(word, "-") ? word : NULL; }

/* SOURCE TARGET FSTYPE FLAG,FLAG... DATA; `-` is nothing. */
static int do_mount(char **a)
{
	unsigned long given = 0;

	for (char *name = strtok(a[3], ","); name; name = strtok(NULL, ","))
		for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
			if (!strcmp(name, flags[i].name))
				given |= flags[i].flag;
	return report(mount(or_nothing(a[0]), a[1], or_nothing(a[2]), given, or_nothing(a[4])));
}

/* Mounts a file system that has no source path: by the calls for mounts as descriptors. */
static int mount_detached(char **a)
{
	int context = syscall(SYS_fsopen, "tmpfs", 0);
	int fd;

	if (context < 0 || syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return report(-1);
	fd = syscall(SYS_fsmount, context, 0, 0);
	return report(fd < 0 ? -1 : syscall(SYS_move_mount, fd, "", AT_FDCWD, a[0], MOVE_MOUNT_F_EMPTY_PATH));
}

static int bind_mount(char **a) { return report(mount(a[0], a[1], NULL, MS_BIND, NULL)); }
static int make_private(char **a) { return report(mount(NULL, a[0], NULL, MS_PRIVATE | MS_REC, NULL)); }
static int mount_rw(char **a) { return report(mount("tmpfs", a[0], "tmpfs", 0, NULL)); }
static int mount_ro(char **a) { return report(mount("tmpfs", a[0], "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, NULL)); }
static int do_umount(char **a) { return report(umount(a[0])); }
static int pivot(char **a) { return report(syscall(SYS_pivot_root, a[0], a[1])); }

static int private_mounts(void)
{
	return unshare(CLONE_NEWNS) < 0 ? -1 : mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL);
}

/* What follows has its own mounts. */
static int new_mounts(char **a) { return private_mounts() < 0 ? report(-1) : act(a); }

/* What follows has its root on a file system at /mnt that it may leave: it holds another one at /next, with a directory `old`. */
static int new_root(char **a)
{
	if (private_mounts() < 0 || mount("tmpfs", "/mnt", "tmpfs", 0, NULL) < 0 || chroot("/mnt") < 0 || chdir("/") < 0
	    || mkdir("/next", 0755) < 0 || mount("tmpfs", "/next", "tmpfs", 0, NULL) < 0 || mkdir("/next/old", 0755) < 0
	    || mkdir("/next/other", 0755) < 0)
		return report(-1);
	return act(a);
}

/* What follows is in a directory of a file system that is mounted nowhere, under the profile; it holds a file `there`. */
static int disconnected(char **a)
{
	int fd;

	if (private_mounts() < 0 || mount("tmpfs", "/mnt", "tmpfs", 0, NULL) < 0 || mkdir("/mnt/lost", 0755) < 0
	    || (fd = open("/mnt/lost/there", O_RDWR | O_CREAT, 0644)) < 0 || chdir("/mnt/lost") < 0
	    || umount2("/mnt", MNT_DETACH) < 0 || write_attr("current", "changeprofile", a[0]) < 0)
		return report(-1);
	return act(a + 1);
}

const struct action mount_actions[] = {
	{ "bind-mount", 2, bind_mount },
	{ "disconnected", 2, disconnected },
	{ "make-private", 1, make_private },
	{ "mount", 5, do_mount },
	{ "mount-detached", 1, mount_detached },
	{ "mount-ro", 1, mount_ro },
	{ "mount-rw", 1, mount_rw },
	{ "new-mounts", 1, new_mounts },
	{ "new-root", 1, new_root },
	{ "pivot-root", 2, pivot },
	{ "umount", 1, do_umount },
	{ NULL, 0, NULL },
};
