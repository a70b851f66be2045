#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What scripts/vm takes for a failure in the kernel's log: TAP.

judge=$(cd "$(dirname "$0")/../.." && pwd)/scripts/vm.d/judge
number=0
echo "TAP version 13"
failed=0

# expect STATUS NAME LOG: is there something in it, or not?
expect() {
	number=$((number + 1))
	status=0
	said=$(echo "$3" | sh "$judge" 2>&1) || status=$?
	if [ $status -eq "$1" ]; then
		echo "ok $number judge: $2"
		return
	fi
	echo "not ok $number judge: $2"
	echo "$said" | sed 's/^/# /'
	failed=1
}

# One line is enough. As kernels print them.
while IFS='|' read -r name line; do
	expect 1 "$name" "$line"
done <<'END_OF_LINES'
with a time|[   12.345678] BUG: KASAN: use-after-free in x+0x1c/0x80
KASAN|BUG: KASAN: use-after-free in ipct_flight_own+0x1c/0x80 [ipctrace]
UBSAN|UBSAN: shift-out-of-bounds in module/shared/ring.c:40:12
WARN_ON|WARNING: CPU: 0 PID: 214 at kernel/trace/ftrace.c:1930 x+0x1/0x2
oops|Oops: 0000 [#1] PREEMPT SMP KASAN NOPTI
BUG_ON|kernel BUG at mm/slub.c:435!
lock order|WARNING: possible circular locking dependency detected
lock recursion|WARNING: possible recursive locking detected
lock state|WARNING: inconsistent lock state
lock class|INFO: trying to register non-static key.
lockdep off|BUG: MAX_LOCKDEP_ENTRIES too low!
lockdep off, then|turning off the locking correctness validator.
RCU|WARNING: suspicious RCU usage
RCU stall|rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
sleep|BUG: sleeping function called from invalid context at mm/slab.h:494
schedule|BUG: scheduling while atomic: insmod/141/0x00000002
preemption|BUG: using smp_processor_id() in preemptible [00000000] code: x/1
list|list_del corruption, ffff888003a3c000->next is LIST_POISON1
active object|ODEBUG: free active (active state 0) object type: timer_list
leak|unreferenced object 0xffff888004b8e000 (size 64):
leak, by itself|kmemleak: 2 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
leaks not looked for|kmemleak: Kernel memory leak detector disabled
hang|INFO: task rmmod:312 blocked for more than 122 seconds.
soft lockup|watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [insmod:141]
END_OF_LINES

expect 0 "an ordinary log" '
Linux version 6.1.192-debug (gcc (Debian 12.2.0-14) 12.2.0) #1 SMP PREEMPT
kmemleak: Kernel memory leak detector initialized (mem pool available: 15679)
rcu: RCU lockdep checking is enabled.
Lock dependency validator: Copyright (c) 2006 Red Hat, Inc., Ingo Molnar
ODEBUG: selftest passed
kcsan: enabled early
ipctrace: loading out-of-tree module taints kernel.'

race() {
	echo ==================================================================
	echo "BUG: KCSAN: data-race in $1 / $2"
	echo
	echo "write to 0xffff88807dc32f80 of 8 bytes by task 214 on cpu 1:"
	echo " $1"
	echo " do_syscall_64+0x3b/0x90"
	echo
	echo "read to 0xffff88807dc32f80 of 8 bytes by task 220 on cpu 0:"
	echo " $2"
	echo
	echo "Reported by Kernel Concurrency Sanitizer on:"
	echo ==================================================================
}

expect 0 "a race of the kernel's own" "$(race settle+0x1/0x2 do_exit+0x3/0x4)"
expect 1 "a race that ipctrace has a part in" \
	"$(race do_exit+0x3/0x4 'settle+0x1/0x2 [ipctrace]')"
expect 1 "a warning after a race of the kernel's own" \
	"$(race settle+0x1/0x2 do_exit+0x3/0x4
	   echo WARNING: CPU: 0 PID: 214 at kernel/x.c:1 x+0x1/0x2)"
expect 1 "a warning within a report of a race" \
	"$(race 'settle+0x1/0x2
WARNING: CPU: 0 PID: 214 at kernel/x.c:1 x+0x1/0x2' do_exit+0x3/0x4)"
expect 1 "a race at the end of the log" \
	"$(race 'x+0x1/0x2 [ipctrace]' y | head -n 8)"
expect 0 "a race of interrupts that came upon ipctrace" \
	"$(race 'hrtimer_active+0x1/0x2
 asm_sysvec_apic_timer_interrupt+0x1b/0x20
 look_up+0x3/0x4 [ipctrace]' 'timekeeping_advance+0x1/0x2
 asm_sysvec_apic_timer_interrupt+0x1b/0x20
 end+0x5/0x6 [ipctrace]')"
expect 1 "a race of ipctrace in an interrupt" \
	"$(race 'do_exit+0x1/0x2
 asm_sysvec_apic_timer_interrupt+0x1b/0x20' 'settle_irq+0x1/0x2 [ipctrace]
 irq_work_run+0x1/0x2
 asm_sysvec_irq_work+0x1b/0x20')"
expect 1 "a race with ipctrace, upon which an interrupt came" \
	"$(race 'do_exit+0x1/0x2
 asm_sysvec_apic_timer_interrupt+0x1b/0x20' 'settle+0x1/0x2 [ipctrace]')"

echo "1..$number"
exit $failed
