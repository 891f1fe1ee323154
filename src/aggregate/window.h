// Folds repeated observations in memory: tuples with sightings -> [Window] -> entries, nearly
// always one a tuple.
//
// Most answers repeat what was seen a moment ago (81 of 100 on a Zipf-distributed hour of traffic),
// and an update in the store costs many times one here. A tuple is encoded once, into the entry
// that the store writes out; the table beside the entries is 8 bytes a slot, with a hash keyed by a
// secret, so that a peer cannot aim for one slot.
//
// One thread at a time; a full window is handed to another thread as a whole.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "record/entry.h"
#include "record/observation.h"

namespace pdns::aggregate {

class Table;

class Window {
 public:
  Window();
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // Trusted and quarantined (reasons != 0) sightings of a tuple are kept apart.
  void Add(const record::Tuple& tuple, const record::Sighting& sighting);

  bool empty() const;
  std::size_t size();          // entries
  std::size_t memory() const;  // bytes held for them, but for the last few

  // Appends the entries in the order they came first; good until Clear. A tuple with days on which
  // it was not seen in between has several, to be merged (record/history.h).
  void ListTrusted(std::vector<const record::Entry*>& out);
  void ListQuarantined(std::vector<const record::Entry*>& out);

  // Empty again, keeping memory for a next round of the same size.
  void Clear();

 private:
  std::unique_ptr<Table> trusted_;
  std::unique_ptr<Table> quarantined_;
};

}  // namespace pdns::aggregate
