// The guest room of prometheus-cpp: its data model and its text serializer.
#include "metrics/figures_text.h"

#include <prometheus/text_serializer.h>

#include <map>

namespace pdns::metrics {

std::string FiguresText(const std::vector<Figure>& figures) {
  std::vector<prometheus::MetricFamily> families;
  std::map<std::string, std::size_t> place;
  for (const Figure& figure : figures) {
    const bool counter = figure.kind == Figure::Kind::kCounter;
    const auto [found, fresh] = place.emplace(figure.name, families.size());
    if (fresh) {
      const auto type = counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
      families.push_back({figure.name, figure.help, type, {}});
    }
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : figure.labels) metric.label.push_back({name, value});
    // The serializer reads the one that the family's type names.
    metric.counter.value = figure.value;
    metric.gauge.value = figure.value;
    families[found->second].metric.push_back(std::move(metric));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace pdns::metrics
