//! The seccomp filters that confine a charm: which system calls the kernel refuses it.
//!
//! They are compiled here and installed by the Python that has the charm, directly before it imports the charm: a filter
//! that were set before Python is started would have to let that start. See seccomp(2); the rules are compiled by
//! `seccompiler`, which Firecracker uses.

use serde::Serialize;

/// Compiled filters as hexadecimal digits, in the order in which they are installed; none where there is no seccomp.
#[derive(Debug, Default, Serialize)]
pub(super) struct Filters {
    /// From before the charm is imported: no network, no program, nothing that changes the machine.
    pub(super) filters: Vec<String>,
    /// In addition while a trace is run: no process.
    pub(super) trace_filters: Vec<String>,
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub(super) fn filters() -> Filters {
    Filters::default()
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) use linux::filters;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod linux {
    use std::collections::BTreeMap;
    use std::env::consts::ARCH;
    use std::fmt::Write;

    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Is, SeccompCondition as Condition,
        SeccompFilter, SeccompRule as Rule,
    };

    use super::Filters;

    /// The rules of one filter, by the number of the system call; one without rules always matches.
    type Rules = BTreeMap<i64, Vec<Rule>>;

    pub(in super::super) fn filters() -> Filters {
        Filters {
            filters: vec![
                compiled(network(), libc::ECONNREFUSED),
                compiled(machine(), libc::EPERM),
                compiled(absent(), libc::ENOSYS),
            ],
            trace_filters: vec![compiled(processes(), libc::EPERM)],
        }
    }

    /// Whatever reaches another endpoint. Pairs of sockets and pipes within a process stay.
    fn network() -> Rules {
        let mut rules = always(&[libc::SYS_connect, libc::SYS_sendmsg, libc::SYS_sendmmsg]);
        // With an address: `sendto` without one is `send`.
        rules.insert(libc::SYS_sendto, vec![rule(&[(4, Length::Qword, Is::Ne, 0)])]);
        rules
    }

    /// Programs, other kinds of sockets, other processes, and what only an administrator may do.
    fn machine() -> Rules {
        let mut rules = always(&[
            libc::SYS_execve,
            libc::SYS_execveat,
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_process_vm_writev,
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_mount,
            libc::SYS_umount2,
            libc::SYS_pivot_root,
            libc::SYS_chroot,
            libc::SYS_swapon,
            libc::SYS_swapoff,
            libc::SYS_reboot,
            libc::SYS_sethostname,
            libc::SYS_setdomainname,
            libc::SYS_settimeofday,
            libc::SYS_clock_settime,
            libc::SYS_clock_adjtime,
            libc::SYS_adjtimex,
            libc::SYS_init_module,
            libc::SYS_finit_module,
            libc::SYS_delete_module,
            libc::SYS_kexec_load,
            libc::SYS_bpf,
            libc::SYS_perf_event_open,
            libc::SYS_add_key,
            libc::SYS_request_key,
            libc::SYS_keyctl,
            libc::SYS_quotactl,
            libc::SYS_acct,
            libc::SYS_open_by_handle_at,
        ]);
        let families = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6];
        let others: Vec<_> = families.map(|family| (0, Length::Dword, Is::Ne, number(family))).into();
        rules.insert(libc::SYS_socket, vec![rule(&others)]);
        rules
    }

    /// What goes around other rules, and is not there: programs know how to do without.
    fn absent() -> Rules {
        always(&[
            libc::SYS_io_uring_setup,
            libc::SYS_io_uring_enter,
            libc::SYS_io_uring_register,
            // Its flags lie in memory, which a filter can't read; the C library then takes `clone`.
            libc::SYS_clone3,
        ])
    }

    /// New processes. Threads stay.
    fn processes() -> Rules {
        let mut rules = Rules::new();
        let thread = number(libc::CLONE_THREAD);
        rules.insert(libc::SYS_clone, vec![rule(&[(0, Length::Qword, Is::MaskedEq(thread), 0)])]);
        #[cfg(target_arch = "x86_64")]
        rules.append(&mut always(&[libc::SYS_fork, libc::SYS_vfork]));
        rules
    }

    fn always(calls: &[libc::c_long]) -> Rules {
        calls.iter().map(|call| (*call, Vec::new())).collect()
    }

    /// All conditions must hold, each of an argument by its place.
    fn rule(conditions: &[(u8, Length, Is, u64)]) -> Rule {
        let conditions = conditions.iter().map(|(place, length, is, value)| {
            Condition::new(*place, length.clone(), is.clone(), *value).expect("a call has six arguments")
        });
        Rule::new(conditions.collect()).expect("there is a condition")
    }

    fn number(value: i32) -> u64 {
        u64::try_from(value).expect("the constants of the system are positive")
    }

    /// The filter that lets a matching call fail with an error, as the kernel takes it.
    fn compiled(rules: Rules, error: i32) -> String {
        let error = SeccompAction::Errno(u32::try_from(error).expect("errors are positive"));
        let architecture = ARCH.try_into().expect("this module is compiled for architectures that are known");
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, error, architecture);
        let program: BpfProgram = filter.and_then(TryInto::try_into).expect("the rules are well-formed and few");
        let mut text = String::with_capacity(16 * program.len());
        for instruction in program {
            let bytes =
                [&instruction.code.to_ne_bytes()[..], &[instruction.jt, instruction.jf], &instruction.k.to_ne_bytes()];
            for byte in bytes.concat() {
                write!(text, "{byte:02x}").expect("a string takes all");
            }
        }
        text
    }
}
