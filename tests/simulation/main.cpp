#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "run.hpp"

namespace banter::simulation {
namespace {

constexpr std::string_view usage =
    "simulation --seeds FIRST COUNT   runs these seeds\n"
    "simulation --seed N [--trace]    runs one, and prints what happens\n"
    "simulation --seconds S [--first N]  runs seeds for so long\n"
    "simulation --twice FIRST COUNT   runs each twice: both must do the same\n"
    "simulation --faults              names the deliberate faults\n"
    "  --fault NAME  with this fault in the server, which must be found: the exit code is 0 then\n";

struct Request {
    std::uint64_t first = 1;
    std::uint64_t count = 1;
    std::optional<std::uint64_t> seconds;
    bool trace = false;
    bool twice = false;
    std::string fault;
};

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::optional<base::Fault> fault_of(std::string_view name) {
    for (std::size_t i = 0; i < base::fault_names.size(); ++i) {
        if (base::fault_names[i] == name) return static_cast<base::Fault>(i);
    }
    return std::nullopt;
}

std::optional<Request> parse(const std::vector<std::string_view>& words) {
    Request request;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto left = words.size() - i - 1;
        const auto word = words[i];
        if ((word == "--seeds" || word == "--twice") && left >= 2) {
            request.twice = word == "--twice";
            request.first = number(words[++i]);
            request.count = number(words[++i]);
        } else if (word == "--seed" && left >= 1) {
            request.first = number(words[++i]);
        } else if (word == "--seconds" && left >= 1) {
            request.seconds = number(words[++i]);
        } else if (word == "--first" && left >= 1) {
            request.first = number(words[++i]);
        } else if (word == "--trace") {
            request.trace = true;
        } else if (word == "--fault" && left >= 1 && fault_of(words[i + 1])) {
            request.fault = words[++i];
        } else {
            return std::nullopt;
        }
    }
    return request;
}

std::string replay_command(const std::string& program, std::uint64_t seed, const Request& request) {
    auto command = program + " --seed " + std::to_string(seed) + " --trace";
    if (!request.fault.empty()) command += " --fault " + request.fault;
    return command;
}

int run_all(const std::string& program, const Request& request) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const auto elapsed = [&] {
        return std::chrono::duration<double>(Clock::now() - start).count();
    };
    std::uint64_t messages = 0;
    std::uint64_t done = 0;
    while (request.seconds ? elapsed() < static_cast<double>(*request.seconds)
                           : done < request.count) {
        const auto seed = request.first + done++;
        auto outcome = run(seed, request.trace);
        if (request.twice && outcome.trace != run(seed, false).trace) {
            outcome.failure = "the same seed did not do the same";
        }
        messages += outcome.messages;
        if (outcome.failure.empty()) continue;
        std::printf("seed %llu: %s\n  %s\n", static_cast<unsigned long long>(seed),
                    outcome.failure.c_str(), replay_command(program, seed, request).c_str());
        std::printf("after %llu seeds, %.1f s\n", static_cast<unsigned long long>(done), elapsed());
        return request.fault.empty() ? 1 : 0;
    }
    std::printf("%llu seeds, %llu messages, %.1f s: every promise held\n",
                static_cast<unsigned long long>(done), static_cast<unsigned long long>(messages),
                elapsed());
    if (request.fault.empty()) return 0;
    std::printf("the fault %s was not found\n", request.fault.c_str());
    return 1;
}

int main_with(const std::vector<std::string_view>& words, const std::string& program) {
    if (words.size() == 1 && words[0] == "--faults") {
        for (const auto name : base::fault_names)
            std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
        return 0;
    }
    const auto request = parse(words);
    if (!request || words.empty()) {
        std::fputs(usage.data(), stderr);
        return 2;
    }
    if (request->trace) base::log::start(base::log::Level::debug, {});  // between its lines
    if (!request->fault.empty()) base::active_fault = *fault_of(request->fault);
    return run_all(program, *request);
}

}  // namespace
}  // namespace banter::simulation

int main(int count, char** words) {
    return banter::simulation::main_with({words + 1, words + count}, words[0]);
}
