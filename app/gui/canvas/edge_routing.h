// Where arrows run between the cards of a scene, and where their labels go.
#pragma once

#include <string>
#include <vector>

namespace faultline {

class CanvasScene;

// Of the arrows at these nodes, or of all when there are none.
void routeEdges(CanvasScene& scene, const std::vector<std::string>& nodes);

}  // namespace faultline
