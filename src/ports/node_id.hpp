#pragma once

#include "domain/ids.hpp"

namespace banter::ports {

// One life of one process: a node that starts again is another one.
using NodeId = domain::NumberId<struct NodeTag>;

}  // namespace banter::ports
