#pragma once

#include <functional>

namespace banter::load {

struct KneeSearch {
    double start = 1000;   // messages a second
    double growth = 1.5;   // from step to step while the server keeps up
    int refinements = 3;   // halvings of the last step, on a logarithmic scale
    double lowest = 10;    // below this there is no knee
};

// The highest rate found that the server keeps up with: grows from `start` until a step fails
// (or shrinks until one holds), then closes in. 0: not even the lowest rate holds.
double find_knee(const KneeSearch& search, const std::function<bool(double rate)>& holds);

}  // namespace banter::load
