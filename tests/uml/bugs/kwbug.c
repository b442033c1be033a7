// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deliberate bugs, one a load, to prove that the lab sees them. Loaded by
 * tests/suites/lab only; never part of the firewall.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static char *bug = "none";
module_param(bug, charp, 0444);
MODULE_PARM_DESC(bug, "overflow, use-after-free, atomic, deadlock, leak, shift or none");

static DEFINE_SPINLOCK(lock_a);
static DEFINE_SPINLOCK(lock_b);

/* The compiler must not see through any of these, hence volatile. */
static void overflow(void)
{
	volatile char *p = kmalloc(40, GFP_KERNEL);

	if (!p)
		return;
	p[40] = 1;
	kfree((void *)p);
}

static void use_after_free(void)
{
	volatile char *p = kmalloc(40, GFP_KERNEL);

	if (!p)
		return;
	kfree((void *)p);
	p[3] = 1;
}

static void sleep_in_atomic(void)
{
	spin_lock(&lock_a);
	kfree(kmalloc(64, GFP_KERNEL));
	spin_unlock(&lock_a);
}

/* Both orders, one after the other: a deadlock only lockdep can see. */
static void deadlock(void)
{
	spin_lock(&lock_a);
	spin_lock(&lock_b);
	spin_unlock(&lock_b);
	spin_unlock(&lock_a);

	spin_lock(&lock_b);
	spin_lock(&lock_a);
	spin_unlock(&lock_a);
	spin_unlock(&lock_b);
}

static void *leaked;

static void leak(void)
{
	int i;

	/* A stale pointer on some stack may hide one object, not ten. */
	for (i = 0; i < 10; i++)
		WRITE_ONCE(leaked, kmalloc(777, GFP_KERNEL));
	WRITE_ONCE(leaked, NULL);
}

static void shift(void)
{
	volatile int by = 40;

	pr_info("kwbug: %d\n", 1 << by);
}

static const struct {
	const char *name;
	void (*fn)(void);
} bugs[] = {
	{ "overflow", overflow },
	{ "use-after-free", use_after_free },
	{ "atomic", sleep_in_atomic },
	{ "deadlock", deadlock },
	{ "leak", leak },
	{ "shift", shift },
};

static int __init kwbug_init(void)
{
	unsigned int i;

	if (!strcmp(bug, "none"))
		return 0;
	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (!strcmp(bug, bugs[i].name)) {
			bugs[i].fn();
			return 0;
		}
	}
	return -EINVAL;
}

static void __exit kwbug_exit(void)
{
}

module_init(kwbug_init);
module_exit(kwbug_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Deliberate bugs for the test lab");
