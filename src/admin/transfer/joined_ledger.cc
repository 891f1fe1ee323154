#include "admin/transfer/joined_ledger.h"

#include <algorithm>

namespace pdns::admin {
namespace {

using record::SourcePosition;

bool IsLonger(const record::Position& a, const record::Position& b) {
  if (a.frames != b.frames) return a.frames > b.frames;
  return a.broken && !b.broken;  // it knows more: that nothing follows
}

}  // namespace

JoinedLedger::Joined JoinedLedger::Add(const SourcePosition& row) {
  Rows& rows = rows_[row.id.first_frame];
  for (Known& known : rows) {
    if (!IsSame(known, row)) continue;
    // Neither of both is compared with what else comes of this database.
    known.database = database_;
    if (IsLonger(row.position, known.row.position)) known.row.position = row.position;
    return {known.row, true};
  }
  SourcePosition joined = row;
  if (!row.id.IsDatabase()) joined.id.variant = FreeVariant(rows);
  rows.push_back({joined, database_});
  return {joined, false};
}

void JoinedLedger::Recognize(const SourcePosition& row) {
  for (Known& known : rows_[row.id.first_frame]) {
    const bool same = known.row.id.IsDatabase() == row.id.IsDatabase() &&
                      known.row.position.chain == row.position.chain &&
                      known.row.position.frames == row.position.frames;
    if (same) known.database = database_;
  }
}

bool JoinedLedger::IsSame(const Known& known, const SourcePosition& row) const {
  if (known.database == database_) return false;
  if (known.row.id.IsDatabase() != row.id.IsDatabase()) return false;
  if (row.id.IsDatabase()) return true;
  const record::Position& there = known.row.position;
  return record::OnTheWay(there, row.position) || record::OnTheWay(row.position, there);
}

// The variants of a first frame have no gap: who asks for a capture ends at the first that is not
// there.
std::uint32_t JoinedLedger::FreeVariant(const Rows& rows) {
  const auto captures = std::count_if(
      rows.begin(), rows.end(), [](const Known& known) { return !known.row.id.IsDatabase(); });
  return static_cast<std::uint32_t>(captures);
}

}  // namespace pdns::admin
