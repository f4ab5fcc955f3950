#include "app/commands/data_access.hpp"

#include "app/control_client.hpp"
#include "app/startup_error.hpp"
#include "protocol/fields.hpp"

namespace banter::app {
namespace {

Config with_one_shard(Config config) {
    config.shards = 1;
    return config;
}

// The sentence of a problem document.
std::string detail_of(const ControlAnswer& answer) {
    const auto document = protocol::JsonDocument::parse(answer.body);
    if (!document) return "The server answered " + std::to_string(answer.status) + ".";
    auto fields = document->fields();
    return fields.optional_text("detail").value_or("The server refused.");
}

}  // namespace

Offline::Offline(Config config) : parts_(with_one_shard(std::move(config))) {
    thread_ = std::thread([this] { parts_.shards.list.front()->run(); });
}

Offline::~Offline() {
    parts_.shards.list.front()->stop();
    thread_.join();
}

std::optional<std::string> ask_running(const Config& config, const std::string& method,
                                       const std::string& path, const std::string& body) {
    const auto socket = std::filesystem::path(config.data_dir) / "control.sock";
    const auto answer = ask_server(socket, method, path, body);
    if (!answer) return std::nullopt;
    if (answer->status / 100 != 2) throw StartupError(Exit::failed, detail_of(*answer));
    return answer->body;
}

}  // namespace banter::app
