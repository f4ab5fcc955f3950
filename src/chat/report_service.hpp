#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chat/chat_service.hpp"
#include "ports/reports.hpp"

namespace banter::chat {

struct ReportRequest {
    domain::UserId reporter;
    domain::ChatId chat;
    std::vector<domain::Seq> seqs;  // at most max_reported_messages, any order
    std::optional<domain::UserId> user;
    domain::ReportReason reason = domain::ReportReason::other;
    std::string text;
    std::optional<domain::ClientId> client_id;
};

// What users report, with the evidence as it was. Called on any shard, answers there. Texts and
// evidence get into no log.
class ReportService {
public:
    ReportService(ChatService& chats, Relations& relations, ports::Reports& reports,
                  const ports::Clock& clock)
        : chats_(chats), relations_(relations), reports_(reports), clock_(clock) {}

    // `not_found`: the reporter cannot see the chat or one of the messages, or there is no such
    // user. `invalid`: he reports himself, or too much.
    base::Task<base::Result<domain::ReportId>> create(ReportRequest request);

    base::Task<base::Result<ports::ReportWithEvidence>> find(domain::ReportId id);
    base::Task<base::Result<ports::Page<ports::ListedReport>>> list(bool all,
                                                                    ports::PageRequest page);
    // `by`: the operator; none: the command line.
    base::Task<base::Result<domain::Report>> close(domain::ReportId id,
                                                   std::optional<domain::UserId> by,
                                                   std::string note);

private:
    base::Task<base::Result<void>> check_user(ReportRequest request);
    base::Task<base::Result<std::vector<ports::Evidence>>> collect(ReportRequest request);

    ChatService& chats_;
    Relations& relations_;
    ports::Reports& reports_;
    const ports::Clock& clock_;
};

}  // namespace banter::chat
