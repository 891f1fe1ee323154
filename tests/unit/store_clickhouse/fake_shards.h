// Servers that answer the statements of store_clickhouse/read from rows in memory: they read the
// SQL that the reader writes, so that a wrong condition gives a wrong answer.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "dns/targets.h"
#include "record/history.h"
#include "record/tuple_key.h"
#include "record/type_facts.h"
#include "store_clickhouse/little_endian.h"
#include "store_clickhouse/read/shards.h"

namespace pdns::store_clickhouse {

struct StoredRow {
  unsigned kind = 0;
  std::string key;
  unsigned rrtype = 0;
  std::string owner;
  std::string rdata;
  record::History history;

  auto Order() const { return std::tie(kind, key, rrtype, owner, rdata); }
};

// What stands behind WHERE: compiled once, asked for every row.
class Condition {
 public:
  using Value = std::variant<std::uint64_t, std::string>;
  using Test = std::function<bool(const StoredRow&)>;

  // Null, and a failure of the test, for what is no such condition.
  static Test Of(std::string_view sql) {
    Condition parser(sql);
    Test test = parser.Or();
    if (!parser.left_.empty()) ADD_FAILURE() << "behind a condition: " << parser.left_;
    return test;
  }

 private:
  using Operand = std::function<Value(const StoredRow&)>;

  explicit Condition(std::string_view sql) : left_(sql) {}

  bool Accept(std::string_view word) {
    if (!left_.starts_with(word)) return false;
    left_.remove_prefix(word.size());
    return true;
  }

  std::string_view Until(char end) {
    const std::string_view word = left_.substr(0, left_.find(end));
    left_.remove_prefix(std::min(left_.size(), word.size() + 1));
    return word;
  }

  Test Or() {
    Test test = And();
    while (Accept(" OR ")) {
      test = [a = std::move(test), b = And()](const StoredRow& row) { return a(row) || b(row); };
    }
    return test;
  }

  Test And() {
    Test test = Primary();
    while (Accept(" AND ")) {
      test = [a = std::move(test), b = Primary()](const StoredRow& row) {
        return a(row) && b(row);
      };
    }
    return test;
  }

  Test Primary() {
    if (Accept("(")) {
      Test inner = Or();
      EXPECT_TRUE(Accept(")")) << left_;
      return inner;
    }
    const Operand left = ReadOperand();
    if (Accept(" IN (")) return In(left);
    for (const std::string_view sign : {" >= ", " > ", " = ", " < "}) {
      if (!Accept(sign)) continue;
      return [left, sign, right = ReadOperand()](const StoredRow& row) {
        const Value a = left(row);
        const Value b = right(row);
        EXPECT_EQ(a.index(), b.index());
        if (sign == " >= ") return a >= b;
        if (sign == " > ") return a > b;
        return sign == " = " ? a == b : a < b;
      };
    }
    ADD_FAILURE() << "no comparison: " << left_;
    left_ = {};
    return [](const StoredRow&) { return false; };
  }

  Test In(const Operand& left) {
    auto values = std::make_shared<std::set<Value>>();
    do {
      values->insert(ReadOperand()(StoredRow()));
    } while (Accept(", "));
    EXPECT_TRUE(Accept(")")) << left_;
    return [left, values](const StoredRow& row) { return values->contains(left(row)); };
  }

  Operand ReadOperand() {
    if (Accept("unhex('")) {
      const auto bytes = FromHex(Until('\''));
      EXPECT_TRUE(bytes.has_value() && Accept(")"));
      return [value = Value(bytes.value_or(""))](const StoredRow&) { return value; };
    }
    if (Accept("'")) {
      std::string bytes;
      while (Accept("\\x")) {
        bytes += FromHex(left_.substr(0, 2)).value_or("");
        left_.remove_prefix(std::min<std::size_t>(2, left_.size()));
      }
      EXPECT_TRUE(Accept("'")) << left_;
      return [value = Value(bytes)](const StoredRow&) { return value; };
    }
    if (Accept("if(length(rdata) < 255, rdata, concat(substring(rdata, 1, 223), "
               "toString(SHA256(rdata))))")) {
      return [](const StoredRow& row) { return Value(record::RdataId(AsBytes(row.rdata))); };
    }
    if (Accept("kind")) return [](const StoredRow& row) { return Value(std::uint64_t{row.kind}); };
    if (Accept("rrtype"))
      return [](const StoredRow& row) { return Value(std::uint64_t{row.rrtype}); };
    if (Accept("key")) return [](const StoredRow& row) { return Value(row.key); };
    if (Accept("owner")) return [](const StoredRow& row) { return Value(row.owner); };
    if (Accept("rdata")) return [](const StoredRow& row) { return Value(row.rdata); };
    std::uint64_t number = 0;
    if (left_.empty() || left_[0] < '0' || left_[0] > '9') ADD_FAILURE() << "no value: " << left_;
    while (!left_.empty() && left_[0] >= '0' && left_[0] <= '9') {
      number = 10 * number + static_cast<unsigned>(left_[0] - '0');
      left_.remove_prefix(1);
    }
    return [number](const StoredRow&) { return Value(number); };
  }

  std::string_view left_;
};

// The values of a row, as the server finishes them.
inline void AppendValues(std::string& out, const record::History& history) {
  const auto at = [](std::chrono::sys_seconds time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
  };
  AppendLittle(out, at(history.first));
  AppendLittle(out, at(history.last));
  AppendLittle(out, history.count);
  out.push_back(static_cast<char>(history.bailiwick.rank()));
  out.push_back(static_cast<char>(history.reasons));
  AppendLittle(out, history.sensors);
  std::vector<std::uint32_t> days;
  for (const record::DayRun& run : record::RunsOf(history)) {
    for (auto day = run.first; day <= run.last; day += std::chrono::days(1))
      days.push_back(static_cast<std::uint32_t>(day.time_since_epoch().count()));
  }
  // A server's order is none.
  std::rotate(days.begin(), days.begin() + static_cast<std::ptrdiff_t>(days.size() / 2),
              days.end());
  AppendVarint(out, days.size());
  for (const std::uint32_t day : days) AppendLittle(out, day);
}

// The rows of a trusted tuple, by every way in which it is found.
inline std::vector<StoredRow> TrustedRows(const record::Tuple& tuple,
                                          const record::History& history) {
  std::string owner;
  record::AppendOrderedName(owner, tuple.owner);
  const auto type = static_cast<unsigned>(tuple.type);
  const std::string rdata(AsText(tuple.rdata));
  std::vector<StoredRow> rows{{0, owner, type, "", rdata, history}};
  for (const dns::Target target : dns::TargetsOf(tuple.type, tuple.rdata)) {
    const bool name = target.kind == dns::Target::Kind::kName;
    std::string key(AsText(target.bytes));
    if (name) key.clear();
    if (name) record::AppendOrderedName(key, target.bytes);
    const unsigned kind = name ? 2 : target.bytes.size() == 4 ? 4 : 6;
    rows.push_back({kind, key, type, owner, rdata, history});
  }
  const record::TypeFacts& facts = record::FactsOf(tuple.type);
  if (facts.target != record::TargetForm::kNone || facts.no_reverse) return rows;
  std::string text;
  for (const char byte : rdata.size() < 255 ? rdata : rdata.substr(0, 223)) {
    const bool escaped = byte == 0 || byte == 1;
    if (escaped) text.push_back(1);
    text.push_back(escaped ? static_cast<char>(byte + 1) : byte);
  }
  text.push_back('\0');
  rows.push_back({9, text, type, owner, rdata, history});
  return rows;
}

inline StoredRow QuarantinedRow(const record::Tuple& tuple, const record::History& history) {
  StoredRow row = TrustedRows(tuple, history).front();
  row.kind = 1;
  return row;
}

// What is stored on one server, and how it is to fail.
struct FakeTable {
  std::string name = "shard";
  std::vector<StoredRow> rows;  // sorted by Order(), each once
  // Called with the number of the statement and its answer, before it is sent.
  std::function<Status(std::size_t number, std::string& body)> spoil;
  std::mutex mutex;
  std::vector<std::string> asked;
};

class FakeShard final : public Shard {
 public:
  explicit FakeShard(FakeTable& table) : table_(table) {}

  const std::string& name() const override { return table_.name; }

  Status Ask(const std::string& sql, const Settings&, const BodySink& sink,
             const std::atomic<bool>&) override {
    std::size_t number = 0;
    {
      const std::lock_guard lock(table_.mutex);
      number = table_.asked.size();
      table_.asked.push_back(sql);
    }
    std::string body = Answer(sql);
    if (table_.spoil) {
      Status status = table_.spoil(number, body);
      if (!status.ok()) return status;
    }
    // In two parts, as a network may.
    const Bytes bytes = AsBytes(body);
    if (sink(bytes.first(bytes.size() / 2)))
      static_cast<void>(sink(bytes.subspan(bytes.size() / 2)));
    return {};
  }

 private:
  static std::string_view Between(std::string_view sql, std::string_view from,
                                  const std::vector<std::string_view>& to) {
    const std::size_t begin = sql.find(from);
    if (begin == std::string_view::npos) return {};
    std::string_view part = sql.substr(begin + from.size());
    std::size_t end = part.size();
    for (const std::string_view word : to) end = std::min(end, part.find(word));
    return part.substr(0, end);
  }

  std::string Answer(std::string_view sql) const {
    const auto prewhere =
        Condition::Of(Between(sql, " PREWHERE ", {" WHERE ", " ORDER BY ", " LIMIT "}));
    const std::string_view condition = Between(sql, " WHERE ", {" ORDER BY ", " LIMIT "});
    const auto where = condition.empty() ? Condition::Test([](const StoredRow&) { return true; })
                                         : Condition::Of(condition);
    std::vector<const StoredRow*> found;
    for (const StoredRow& row : table_.rows) {
      if (prewhere(row) && where(row)) found.push_back(&row);
    }
    if (sql.find(" ORDER BY if(") != std::string_view::npos) {
      std::sort(found.begin(), found.end(), [](const StoredRow* a, const StoredRow* b) {
        return record::RdataId(AsBytes(a->rdata)) < record::RdataId(AsBytes(b->rdata));
      });
    }
    const bool owners = sql.starts_with("SELECT key, rrtype, owner FROM");
    if (owners) {
      EXPECT_NE(sql.find(" LIMIT 1 BY key, rrtype, owner LIMIT "), std::string_view::npos);
      const auto same = [](const StoredRow* a, const StoredRow* b) {
        return std::tie(a->key, a->rrtype, a->owner) == std::tie(b->key, b->rrtype, b->owner);
      };
      found.erase(std::unique(found.begin(), found.end(), same), found.end());
    }
    const std::size_t at = sql.rfind(" LIMIT ");
    found.resize(std::min(found.size(), std::stoul(std::string(sql.substr(at + 7)))));
    EXPECT_TRUE(sql.ends_with(" FORMAT RowBinary"));
    return Encoded(found, owners);
  }

  static std::string Encoded(const std::vector<const StoredRow*>& rows, bool owners) {
    std::string body;
    for (const StoredRow* row : rows) {
      AppendSized(body, row->key);
      AppendLittle(body, static_cast<std::uint16_t>(row->rrtype));
      AppendSized(body, row->owner);
      if (owners) continue;
      AppendSized(body, row->rdata);
      AppendValues(body, row->history);
    }
    return body;
  }

  FakeTable& table_;
};

class FakeShards final : public Shards {
 public:
  explicit FakeShards(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      tables_.push_back(std::make_unique<FakeTable>());
      tables_.back()->name = fmt::format("shard {}", i + 1);
    }
  }

  std::size_t size() const override { return tables_.size(); }
  bool order() const override { return false; }
  PageSize page_size() const override { return pages; }
  Lease Lend(std::size_t shard) override {
    return {new FakeShard(*tables_[shard]), [](Shard* taken) { delete taken; }};
  }

  FakeTable& table(std::size_t shard) { return *tables_[shard]; }

  // Folds rows of one key, as the server's FINAL does.
  void Add(std::size_t shard, const StoredRow& row) {
    auto& rows = tables_[shard]->rows;
    const auto at = std::lower_bound(
        rows.begin(), rows.end(), row,
        [](const StoredRow& a, const StoredRow& b) { return a.Order() < b.Order(); });
    if (at != rows.end() && at->Order() == row.Order()) {
      record::Merge(at->history, row.history);
    } else {
      rows.insert(at, row);
    }
  }

  // Many rows, each once.
  void AddAll(std::size_t shard, std::vector<StoredRow> rows) {
    std::sort(rows.begin(), rows.end(),
              [](const StoredRow& a, const StoredRow& b) { return a.Order() < b.Order(); });
    tables_[shard]->rows = std::move(rows);
  }

  PageSize pages;

 private:
  std::vector<std::unique_ptr<FakeTable>> tables_;
};

}  // namespace pdns::store_clickhouse
