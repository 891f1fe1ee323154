// Which sensors saw a tuple. A sensor is a resolver by the name that it gives itself, dnstap's
// `identity`; names are numbered in the order they come up, and a tuple carries a set of numbers.
//
//   dnstap identity -> [SensorTable] -> a bit of Sighting::sensors -> store, which has numbers of
//   its own on disk and translates
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace pdns::record {

// Bit n is sensor n. One word, so that a merge is one instruction; a site with more resolvers than
// this sees the rest as one.
using SensorSet = std::uint64_t;
inline constexpr unsigned kMostSensors = 62;
inline constexpr unsigned kOtherSensors = 62;  // all that came when the numbers had run out
constexpr SensorSet SensorBit(unsigned sensor) { return SensorSet{1} << sensor; }
inline constexpr SensorSet kAllSensors = SensorBit(kOtherSensors + 1) - 1;

// What a row calls the sensor of that number.
inline constexpr std::string_view kOtherSensorsName = "other";

// Longer identities are foreign bytes out of all proportion: they count among the others.
inline constexpr std::size_t kMaxSensorName = 255;

// The name of one sensor as text: printable, with a comma and a backslash as \xNN as well. So names
// joined by commas can be told apart, and SensorFromText gives back the very bytes.
std::string SensorText(std::string_view name);

// Reverses SensorText. What is no escape (\x and two digits) stands for itself.
std::string SensorFromText(std::string_view text);

// The numbers that one process has given out. Any thread may call. Bounded: kMostSensors names of
// kMaxSensorName bytes.
class SensorTable {
 public:
  // The bit of `identity`, which may be empty (a frame without one), known or from now on known.
  SensorSet BitOf(std::string_view identity);

  // All names so far, by number; they only ever become more.
  std::vector<std::string> names() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> names_;
};

// Spares the table's lock while frames of one sensor follow each other. One thread at a time.
class SensorOfFrame {
 public:
  explicit SensorOfFrame(SensorTable& table) : table_(table) {}
  SensorSet BitOf(Bytes identity) {
    return bit_ != 0 && AsText(identity) == last_ ? bit_ : Ask(identity);
  }

 private:
  SensorSet Ask(Bytes identity);

  SensorTable& table_;
  std::string last_;
  SensorSet bit_ = 0;
};

}  // namespace pdns::record
