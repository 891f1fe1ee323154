// A question answered: Question, Filter -> [Lookup] -> hits, streamed from the store in key order.
#pragma once

#include <cstdint>
#include <functional>

#include "base/status.h"
#include "query/filter.h"
#include "query/hit.h"
#include "query/question.h"
#include "store/store.h"

namespace pdns::query {

// Told now and then how many keys a lookup has looked at so far, also where none of them matches.
// False ends it.
using Watch = std::function<bool(std::uint64_t keys)>;
inline constexpr std::uint64_t kKeysPerWatch = 4096;

struct Outcome {
  std::uint64_t rows = 0;
  std::uint64_t keys = 0;  // looked at
  bool stopped = false;    // by the watch: there may be more
  Status status;           // not ok: the store was not whole, rows are what could be read
};

struct LookupOptions {
  const Filter* filter = nullptr;     // none: all rows
  bool quarantined = false;           // the tuples that are not trusted, instead of those that are
  Watch watch;                        // none: to the end
  std::uint64_t number = 0;           // the question's, for the places of its hits
  const Asked* asked = nullptr;       // for its hits
  const OwnedPlace* after = nullptr;  // only hits behind this place of this question; none: all
};

// `sink` may end the answer by returning false.
Outcome Lookup(store::Reader& reader, const Question& question, const LookupOptions& options,
               const std::function<bool(const Hit&)>& sink);

// The index that Lookup scans, to which the keys of places belong.
store::Index ScannedIndex(const Question& question, bool quarantined);

}  // namespace pdns::query
