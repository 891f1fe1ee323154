#include "corpus/random.h"

#include <cmath>

namespace pdns::bench {

// The hat is 1/x, its integral log(x), the inverse exp(x).
Zipf::Zipf(std::uint64_t ranks)
    : ranks_(static_cast<double>(ranks)),
      low_(std::log(1.5) - 1.0),
      high_(std::log(ranks_ + 0.5)),
      sure_(2.0 - std::exp(std::log(2.5) - 0.5)) {}

std::uint64_t Zipf::Sample(Rng& rng) const {
  for (;;) {
    const double u = high_ + rng.Unit() * (low_ - high_);
    const double x = std::exp(u);
    double k = std::floor(x + 0.5);
    if (k < 1.0) k = 1.0;
    if (k > ranks_) k = ranks_;
    if (k - x <= sure_ || u >= std::log(k + 0.5) - 1.0 / k) {
      return static_cast<std::uint64_t>(k) - 1;
    }
  }
}

}  // namespace pdns::bench
