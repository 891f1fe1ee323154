// What is told of an answer: hits in its order -> [Answer] -> stdout, in the form that was asked
// for, by --limit and --offset.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/hash.h"
#include "query/answer_cursor.h"
#include "query/hit.h"
#include "query/pivot.h"
#include "query_options.h"
#include "render/format.h"
#include "render/hits.h"
#include "render/summary.h"
#include "render/timeline.h"
#include "scan_line.h"

namespace pdns::tools {

class Answer {
 public:
  // Options and scan line outlive it. The scan line is wiped before anything is printed. `sensors`:
  // store::Snapshot::sensors().
  Answer(const QueryOptions& options, const std::vector<std::string>& sensors, ScanLine& scan_line);

  // So many things will be asked.
  void Expect(std::size_t questions);

  // One more thing that is asked, in the order of their numbers.
  void Begin(const query::Asked& asked);

  // False: it takes no more, for there is more than the limit or nobody to read it.
  bool Add(const query::Hit& hit);

  // Now and then while nothing is found: what is held back for the look of it may wait no longer.
  void Tick() { format_->Tick(); }

  void ShowGraph(const query::PivotOutcome& outcome);

  // Once, at the end. kIo: not all could be written.
  Status Finish();

  std::uint64_t rows() const { return rows_; }
  bool limited() const { return limited_; }
  bool unread() const;
  // Where it stands; nothing before the first row. In a pivot it means nothing.
  std::optional<query::AnswerCursor> cursor() const { return last_.cursor(); }

 private:
  void Print(std::string_view text);
  bool IsRepeated(const query::Hit& hit);
  void Show(const query::Hit& hit);

  const QueryOptions& options_;
  ScanLine& scan_line_;
  std::unique_ptr<render::Format> format_;
  render::Summary summary_;
  render::Timeline timeline_;
  std::vector<render::IndicatorHit> hits_;
  std::string last_line_;
  struct ByDigest {
    std::size_t operator()(const Sha256Digest& digest) const;
  };
  std::unordered_set<Sha256Digest, ByDigest> told_;  // lines, where they come in any order
  query::LastHit last_;
  std::uint64_t passed_over_ = 0;
  std::uint64_t rows_ = 0;
  bool limited_ = false;
};

}  // namespace pdns::tools
