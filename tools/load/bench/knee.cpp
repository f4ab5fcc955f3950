#include "load/bench/knee.hpp"

#include <cmath>

namespace banter::load {

double find_knee(const KneeSearch& search, const std::function<bool(double)>& holds) {
    double good = 0;
    double bad = 0;
    for (double rate = search.start; rate >= search.lowest;) {
        if (holds(rate)) {
            good = rate;
            if (bad > 0) break;
            rate *= search.growth;
        } else {
            bad = rate;
            if (good > 0) break;
            rate /= search.growth;
        }
    }
    if (good == 0) return 0;
    for (int i = 0; i < search.refinements; ++i) {
        const double middle = std::sqrt(good * bad);
        (holds(middle) ? good : bad) = middle;
    }
    return good;
}

}  // namespace banter::load
