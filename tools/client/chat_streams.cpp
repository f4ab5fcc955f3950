#include "client/chat_streams.hpp"

namespace banter::client {

ChatStreams::Arrival ChatStreams::Stream::advance(const domain::ChatId& chat, domain::Seq seq) {
    Arrival arrival;
    if (mark && seq <= *mark) return {.repeat = true, .gap = {}};
    if (mark && seq != mark->next() && !ended) arrival.gap = Gap{chat, *mark, seq};
    ended = false;
    mark = seq;
    ahead.erase(ahead.begin(), ahead.upper_bound(seq));
    while (!ahead.empty() && *ahead.begin() == mark->next()) {
        mark = *ahead.begin();
        ahead.erase(ahead.begin());
    }
    return arrival;
}

ChatStreams::Arrival ChatStreams::on_message(const domain::ChatId& chat, domain::Seq seq) {
    auto& stream = streams_[chat];
    const bool overtaken = stream.ahead.contains(seq);
    auto arrival = stream.advance(chat, seq);
    if (overtaken) arrival.repeat = true;
    return arrival;
}

ChatStreams::Arrival ChatStreams::on_sent(const domain::ChatId& chat, domain::Seq seq,
                                          bool synced) {
    auto& stream = streams_[chat];
    const bool is_next = stream.mark && seq <= stream.mark->next();
    if (synced || is_next) return stream.advance(chat, seq);
    stream.ahead.insert(seq);
    return {};
}

std::vector<domain::ChatId> ChatStreams::overtaken() const {
    std::vector<domain::ChatId> chats;
    for (const auto& [chat, stream] : streams_) {
        if (!stream.ahead.empty()) chats.push_back(chat);
    }
    return chats;
}

std::vector<ChatStreams::Gap> ChatStreams::on_synced() {
    std::vector<Gap> gaps;
    for (auto& [chat, stream] : streams_) {
        while (!stream.ahead.empty()) {
            const auto arrival = stream.advance(chat, *stream.ahead.begin());
            if (arrival.gap) gaps.push_back(*arrival.gap);
        }
    }
    return gaps;
}

std::optional<domain::Seq> ChatStreams::mark(const domain::ChatId& chat) const {
    const auto found = streams_.find(chat);
    return found == streams_.end() ? std::nullopt : found->second.mark;
}

std::vector<std::pair<domain::ChatId, domain::Seq>> ChatStreams::marks() const {
    std::vector<std::pair<domain::ChatId, domain::Seq>> marks;
    for (const auto& [chat, stream] : streams_) {
        if (stream.mark && !stream.ended) marks.emplace_back(chat, *stream.mark);
    }
    return marks;
}

}  // namespace banter::client
