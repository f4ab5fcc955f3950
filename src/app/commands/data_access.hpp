#pragma once

#include <optional>
#include <string>
#include <thread>

#include "app/composition.hpp"
#include "app/config/config.hpp"

// How a command gets at the data: through the server that runs on it, or, when none does, itself.
namespace banter::app {

// The services over a data directory that no server holds, with their shards running.
class Offline {
public:
    explicit Offline(Config config);
    Offline(const Offline&) = delete;
    Offline& operator=(const Offline&) = delete;
    ~Offline();

    Composition& parts() { return parts_; }
    base::Executor& shard() { return *parts_.shards.list.front(); }

private:
    Composition parts_;
    std::thread thread_;
};

// The body of the running server's answer; nullopt: none runs. Throws StartupError (failed), with
// the server's own sentence when it refuses.
std::optional<std::string> ask_running(const Config& config, const std::string& method,
                                       const std::string& path, const std::string& body = {});

}  // namespace banter::app
