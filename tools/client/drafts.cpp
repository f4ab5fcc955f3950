#include "client/drafts.hpp"

namespace banter::client {

Drafts::Frame Drafts::set(const domain::ChatId& chat, std::string text) {
    Frame frame{.chat = chat, .text = std::move(text), .ref = "draft " + std::to_string(++count_)};
    waiting_[chat] = frame;
    return frame;
}

std::vector<Drafts::Frame> Drafts::unanswered() const {
    std::vector<Frame> frames;
    for (const auto& [chat, frame] : waiting_)
        frames.push_back(frame);
    return frames;
}

void Drafts::settle(std::string_view ref) {
    std::erase_if(waiting_, [&](const auto& one) { return one.second.ref == ref; });
}

}  // namespace banter::client
