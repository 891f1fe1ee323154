// Folds repeated observations in memory: tuples with sightings -> [Window] -> distinct tuples.
//
// Most answers repeat what was seen a moment ago (81 of 100 on a Zipf-distributed hour of traffic),
// and an update in the store costs many times one here. Keys are packed tuples in blocks of bytes
// that are freed together; the table is Abseil's flat_hash_map with a hash keyed by a secret, so
// that a peer cannot aim for one slot.
//
// One thread at a time; a full window is handed to another thread as a whole.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "record/observation.h"

namespace pdns::aggregate {

class Window {
 public:
  Window();
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // Trusted and quarantined (reasons != 0) sightings of a tuple are kept apart.
  void Add(const record::Tuple& tuple, const record::Sighting& sighting);

  bool empty() const { return size() == 0; }
  std::size_t size() const;    // distinct tuples
  std::size_t memory() const;  // bytes held for them

  // The tuples in no order; views live until Clear.
  std::vector<record::Observation> Trusted() const;
  std::vector<record::Observation> Quarantined() const;

  // Empty again, keeping some of its memory for the next round.
  void Clear();

 private:
  class Table;
  std::unique_ptr<Table> trusted_;
  std::unique_ptr<Table> quarantined_;
};

}  // namespace pdns::aggregate
