// Answers that are cut and taken up again, as pdns-query does it: at every hit, in every order, on
// every side, also when rows came and went between.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "query/answer_cursor.h"
#include "query/hit_sorter.h"
#include "query/lookup.h"
#include "unit/support/dns_message.h"
#include "unit/support/fake_store.h"

namespace pdns::query {
namespace {

using record::RrType;
using testing::FakeSnapshot;
using testing::Lines;
using testing::Seen;
using testing::U16;
using testing::WireName;

// Few values of each kind, so that ties come up; long rdata with one beginning.
FakeSnapshot Rows() {
  FakeSnapshot snapshot;
  const std::string hints = U16(4) + U16(8) + "abcdabce";
  unsigned i = 0;
  for (const char* owner : {"blah.org", "b.blah.org", "a.example", "org"}) {
    const auto seen = [&i] {
      ++i;
      return Seen(10 + i % 3, 20 + i % 2, 1 + i % 4);
    };
    snapshot.Add(owner, RrType::kA, "abcd", seen())
        .Add(owner, RrType::kA, "abce", seen())
        .Add(owner, RrType::kMx, U16(10) + WireName("mail.org"), seen())
        .Add(owner, RrType::kMx, U16(20) + WireName("mail.org"), seen())
        .Add(owner, RrType::kHttps, U16(1) + WireName("cdn.net") + hints, seen())
        .Add(owner, RrType::kTxt, std::string(300, 'x') + "1", seen())
        .Add(owner, RrType::kTxt, std::string(300, 'x') + "2", seen())
        .Add(owner, RrType::kTxt, std::string(223, 'x'), seen())
        .Add(owner, RrType::kSpf, std::string(300, 'x'), seen())
        .Quarantine(owner, RrType::kA, "abcd", Seen(1, 2 + i, 3, {}, 1))
        .Quarantine(owner, RrType::kTxt, std::string(300, 'x'), Seen(1, 2, 3, {}, 1));
  }
  return snapshot;
}

// What is asked, and how the answer comes.
struct Request {
  std::vector<ask::Question> questions;
  bool quarantined = false;
  std::optional<SortBy> sort;
  bool reverse = false;
};

struct Told {
  Lines lines;
  std::vector<std::string> cursors;  // behind each
  std::vector<std::string> orders;   // what decides about where it stands
};

std::string OrderBytes(const Request& request, const Hit& hit) {
  std::string order;
  if (request.sort.has_value())
    AppendSortKey(order, *request.sort, request.reverse, hit.tuple, hit.history);
  AppendPlaceOrder(order, hit.place, hit.tuple);
  return order;
}

class Asking {
 public:
  Asking(store::Snapshot& snapshot, const Request& request)
      : snapshot_(snapshot), request_(request) {}

  Told From(const std::string& cursor = {}) {
    if (request_.sort.has_value())
      sorter_.emplace(HitSorter::Order{*request_.sort, request_.reverse, false, 0, true});
    std::optional<OwnedPlace> after;
    if (!cursor.empty()) after = TakeUp(cursor);
    for (std::size_t i = after.has_value() ? after->question : 0; i < request_.questions.size();
         ++i) {
      LookupOptions options;
      options.number = i;
      options.quarantined = request_.quarantined;
      if (after.has_value() && i == after->question) options.after = &after->row;
      const LookupOutcome outcome =
          Lookup(snapshot_, request_.questions[i], options, [&](const Hit& hit) {
            if (!sorter_.has_value()) return Tell(hit);
            return sorter_->Add(hit).ok();
          });
      EXPECT_TRUE(outcome.status.ok());
    }
    if (sorter_.has_value()) {
      const Status sorted = sorter_->ForEach([&](const Hit& hit) { return Tell(hit); });
      EXPECT_TRUE(sorted.ok());
    }
    return std::move(told_);
  }

 private:
  // Where a lookup goes on; nothing where a sort does.
  std::optional<OwnedPlace> TakeUp(const std::string& text) {
    const auto cursor = CursorFromText(text, "asked");
    EXPECT_TRUE(cursor.ok());
    if (!request_.sort.has_value()) return cursor->place;
    const ask::Question& question = request_.questions[cursor->place.question];
    const auto hit = Recall(
        snapshot_, request_.quarantined ? store::Trust::kQuarantined : store::Trust::kTrusted,
        OrderOf(question, request_.quarantined), *cursor, *request_.sort);
    EXPECT_TRUE(hit.ok()) << hit.status().message();
    sorter_->StartAfter(*hit);
    return std::nullopt;
  }

  bool Tell(const Hit& hit) {
    last_.MoveTo(hit, request_.sort);
    told_.lines.push_back(std::to_string(hit.place.question) + " " +
                          testing::Line(hit.tuple, hit.history));
    told_.cursors.push_back(CursorToText(*last_.cursor(), "asked"));
    told_.orders.push_back(OrderBytes(request_, hit));
    return true;
  }

  store::Snapshot& snapshot_;
  const Request& request_;
  std::optional<HitSorter> sorter_;
  LastHit last_;
  Told told_;
};

std::vector<Request> Requests() {
  const std::vector<std::vector<ask::Question>> asked{
      {*ask::AskName("*.")},
      {*ask::AskName("+.org"), *ask::AskName("blah.org"), *ask::AskName("a.example")},
      {*ask::AskRdata("97.98.99.0/24")},
      {*ask::AskRdata("97.98.99.101"), *ask::AskRdata("*.org"), *ask::AskName("blah.org")},
      {*ask::AskText("x"), *ask::AskRdata("cdn.net")}};
  std::vector<Request> requests;
  for (const auto& questions : asked) {
    for (const bool quarantined : {false, true}) {
      requests.push_back({questions, quarantined, std::nullopt, false});
      for (const SortBy by : {SortBy::kFirst, SortBy::kLast, SortBy::kCount, SortBy::kName,
                              SortBy::kType, SortBy::kRdata}) {
        requests.push_back({questions, quarantined, by, false});
        requests.push_back({questions, quarantined, by, true});
      }
    }
  }
  return requests;
}

template <class T>
std::vector<T> Behind(const std::vector<T>& all, std::size_t cut) {
  return {all.begin() + static_cast<std::ptrdiff_t>(cut) + 1, all.end()};
}

TEST(CutAnswer, GoesOnExactlyBehindEveryHitInEveryOrder) {
  FakeSnapshot snapshot = Rows();
  std::size_t cuts = 0;
  for (const Request& request : Requests()) {
    const Told all = Asking(snapshot, request).From();
    EXPECT_TRUE(std::is_sorted(all.orders.begin(), all.orders.end()));
    for (std::size_t cut = 0; cut < all.lines.size(); ++cut, ++cuts)
      ASSERT_EQ(Asking(snapshot, request).From(all.cursors[cut]).lines, Behind(all.lines, cut))
          << cut;
  }
  EXPECT_GT(cuts, 1000U);
}

// Rows that came since are told where they stand behind the cut, and nothing that was told before.
TEST(CutAnswer, RowsMayComeBetween) {
  FakeSnapshot before = Rows();
  FakeSnapshot later = Rows();
  later.Add("0.blah.org", RrType::kA, "abcd", Seen(11, 21, 2))
      .Add("blah.org", RrType::kA, "abbb", Seen(5, 90, 9))
      .Add("blah.org", RrType::kTxt, std::string(300, 'x') + "3", Seen(11, 20, 1))
      .Add("z.example", RrType::kMx, U16(1) + WireName("mail.org"), Seen(12, 21, 3))
      .Quarantine("c.org", RrType::kA, "abcf", Seen(1, 3, 3, {}, 1));
  for (const Request& request : Requests()) {
    const Told first = Asking(before, request).From();
    const Told all = Asking(later, request).From();
    for (std::size_t cut = 0; cut < first.lines.size(); ++cut) {
      const Told rest = Asking(later, request).From(first.cursors[cut]);
      const auto behind = std::upper_bound(all.orders.begin(), all.orders.end(), first.orders[cut]);
      const Lines expected(all.lines.begin() + (behind - all.orders.begin()), all.lines.end());
      ASSERT_EQ(rest.lines, expected) << cut;
      std::multiset<std::string> both(first.lines.begin(),
                                      first.lines.begin() + static_cast<std::ptrdiff_t>(cut) + 1);
      both.insert(rest.lines.begin(), rest.lines.end());
      for (const std::string& line : first.lines) ASSERT_EQ(both.count(line), 1U) << line;
    }
  }
}

}  // namespace
}  // namespace pdns::query
