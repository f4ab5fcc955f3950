#pragma once

#include <string>

#include "load/clock.hpp"

namespace banter::load {

// Says on standard error how far a phase is: a bar on a terminal, else a line every few seconds.
class Progress {
public:
    Progress();
    ~Progress() { finish(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void begin(std::string phase, std::uint64_t total);
    // Cheap enough to be called at every event. `note` is shown behind the bar.
    void update(std::uint64_t done, const std::string& note = {});
    bool due() const { return Clock::now() >= next_; }  // an update would be shown now
    void finish();  // ends the phase with its time

private:
    void show(std::uint64_t done, const std::string& note);

    bool terminal_;
    bool open_ = false;
    std::string phase_;
    std::uint64_t total_ = 0;
    std::uint64_t done_ = 0;
    Time started_;
    Time next_;
};

}  // namespace banter::load
