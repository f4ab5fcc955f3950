#pragma once

// Deliberate faults, to show that the simulation finds them. `BANTER_FAULT(name)` asks whether the
// fault is on. It can be only where BANTER_FAULTS is defined, which is in the simulation's own
// build of the server; everywhere else it is the constant false and nothing of it is left.
#ifdef BANTER_FAULTS

#include <array>
#include <string_view>

#define BANTER_FAULT_LIST(FAULT)                                                             \
    FAULT(none)                                                                              \
    FAULT(ack_before_commit)         /* `sent` goes out while the disk still writes */       \
    FAULT(repeat_acked_early)        /* the same for a retry of what is being written */     \
    FAULT(failed_commit_acked)       /* nobody looks at the outcome of a commit */           \
    FAULT(stale_built_upon)          /* the same by what was just being decided */           \
    FAULT(seqs_kept_after_failure)   /* what was given out in vain is built upon */          \
    FAULT(first_served_last)         /* what waits for a chat to load is overtaken */        \
    FAULT(duplicate_key_forgotten)   /* after a restart a retry is a message of its own */   \
    FAULT(conflict_overlooked)       /* other words under the same client_id are a retry */  \
    FAULT(ids_by_the_clock)          /* message ids follow a clock that goes back */         \
    FAULT(marks_go_back)             /* the last acknowledgement wins, not the furthest */   \
    FAULT(some_marks_untold)         /* nobody hears that they have moved */                 \
    FAULT(cursor_shared)             /* a device goes on where the user's other one is */    \
    FAULT(live_before_backlog)       /* new messages overtake the backlog */                 \
    FAULT(lost_wake_up)              /* what comes during the catch-up is not noted */       \
    FAULT(followed_too_late)         /* the head is told before what follows is noted */     \
    FAULT(membership_at_accept)      /* membership is checked at the door only */            \
    FAULT(removed_served_from_cache) /* the removed one stays in the memory of the chat */   \
    FAULT(removed_still_fed)         /* his stream does not end */                           \
    FAULT(newcomer_sees_all)         /* the history before his time, too */                  \
    FAULT(outbox_forgotten)          /* a change that a crash met stays without its event */ \
    FAULT(inbox_behind_head)         /* some messages do not reach the chat list */          \
    FAULT(overload_swallowed)        /* a full queue drops a send without a word */          \
    FAULT(offset_before_commit)      /* the log need not bring again what is not durable */  \
    FAULT(redecided)                 /* what was refused may be accepted by a replay */      \
    FAULT(rows_beyond_the_fold)      /* rows of a zombie count before their records came */  \
    FAULT(zombie_tells)              /* who may have a successor tells what he wrote */      \
    FAULT(stale_route_kept)          /* followers of a chat that moves stay where it was */  \
    FAULT(changes_not_fenced)        /* who has lost a chat still changes its members */     \
    FAULT(bus_losses_unnoticed)      /* nobody asks for what the bus has lost */             \
    FAULT(lapsed_presence_counts)    /* who was on a node that died is online for ever */    \
    FAULT(followed_asked_once)       /* a lost notice of presence is never made good */      \
    FAULT(registry_loss_unnoticed)   /* presence that was lost comes back by chance */       \
    FAULT(privacy_kept_here)         /* other nodes do not hear who hides himself */         \
    FAULT(revocation_kept_here)      /* nor which device must go */                          \
    FAULT(account_losses_unnoticed)  /* nor ask when the bus has lost such a word */

namespace banter::base {

#define BANTER_FAULT_ENUMERATOR(name) name,
enum class Fault { BANTER_FAULT_LIST(BANTER_FAULT_ENUMERATOR) };
#undef BANTER_FAULT_ENUMERATOR

#define BANTER_FAULT_NAME(name) std::string_view(#name),
// By the enumerators' values.
inline constexpr std::array fault_names = {BANTER_FAULT_LIST(BANTER_FAULT_NAME)};
#undef BANTER_FAULT_NAME

// The one that is on. Set before the first node starts.
inline Fault active_fault = Fault::none;

}  // namespace banter::base

#define BANTER_FAULT(name) (::banter::base::active_fault == ::banter::base::Fault::name)

#else
#define BANTER_FAULT(name) false
#endif
