// Figures as Prometheus reads them: a snapshot -> [FiguresText] -> text format 0.0.4.
//
// prometheus-cpp writes and escapes, behind this header. Any thread.
#pragma once

#include <string>
#include <vector>

#include "base/figure.h"

namespace pdns::metrics {

// Families in the order of their first figure, wherever their others stand; ends in a newline.
std::string FiguresText(const std::vector<Figure>& figures);

}  // namespace pdns::metrics
