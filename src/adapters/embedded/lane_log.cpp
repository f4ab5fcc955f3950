#include "adapters/embedded/lane_log.hpp"

namespace banter::adapters::embedded {

LaneLog::LaneLog(runtime::Shards shards, const ports::Clock& clock)
    : shards_(std::move(shards)), clock_(clock), offsets_(shards_.count()) {}

base::Result<void> LaneLog::append(ports::SendCommand command) {
    const domain::ChatId chat = command.chat;
    put(chat, {{}, {}, std::move(command)});
    return {};
}

base::Result<void> LaneLog::append_control(ports::ControlMessage control) {
    const domain::ChatId chat = control.chat;
    put(chat, {{}, {}, {}, std::move(control)});
    return {};
}

void LaneLog::put(domain::ChatId chat, ports::LogRecord record) {
    const std::size_t lane = shards_.of(chat);
    record.position = {static_cast<std::int32_t>(lane), offsets_[lane].fetch_add(1)};
    record.at = clock_.now();
    base::Executor& owner = shards_[lane];
    if (base::Executor::current_or_null() == &owner) {
        consumer_->consume(std::move(record));
    } else {
        owner.post([this, record = std::move(record)]() mutable {
            consumer_->consume(std::move(record));
        });
    }
}

}  // namespace banter::adapters::embedded
