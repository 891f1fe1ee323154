// One HTTP connection to one ClickHouse server: SQL -> [Client] -> bytes of the answer. Guest:
// libcurl.
//
// What it takes care of:
// - Every answer is whole or an error: the server is asked to finish it before it begins to send
//   (wait_end_of_query), so that an exception is a status of HTTP and never stands behind rows. An
//   answer to a question that does not say where it ends is refused.
// - A question keeps its connection, and is asked again once where a kept connection had died. An
//   insert has a connection of its own: on a kept one that dies libcurl sends the body a second
//   time without a word, and the rows would be counted twice.
// - Redirections, proxies of the environment and other protocols are not followed.
// - No wait is without an end: Limits, and `Interrupt`. A sink may take its time.
//
// Errors name the server and say what to do:
//   kDenied   wrong credentials, or a user who may not do it
//   kNoInput  the database or the table is not there
//   kBusy     the server has too much to do, or too many parts: later
//   kDisk     the server's disk is full
//   kMalformed  no ClickHouse answered: another program, a proxy's HTML
//   kIo       not reached, cut off, no answer in time, every other exception of the server
// After an insert that failed nobody knows whether it was stored, whatever the code.
//
// One thread at a time. `Interrupt` is called by that thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "store_clickhouse/address.h"

namespace pdns::store_clickhouse {

// Parameters of the statement's URL: settings of the server, query_id.
using Settings = std::vector<std::pair<std::string, std::string>>;

// A part of an answer, good for the call. False ends the answer; that is no error.
using BodySink = std::function<bool(Bytes part)>;

// A body that is read while it is sent. Not less than `size` bytes, else the insert is cut and
// fails.
struct Upload {
  std::uint64_t size = 0;
  // At most `most` bytes; nothing where it cannot be read.
  std::function<std::optional<std::size_t>(char* into, std::size_t most)> read;
};

// Called about once a second during a wait. True ends it with kIo.
using Interrupt = std::function<bool()>;

class Client {
 public:
  struct Limits {
    std::chrono::seconds connect{5};
    std::chrono::seconds answer{120};  // in which neither side has sent anything
    // Bytes that the server keeps of an answer in memory; what is more goes to its disk first.
    std::size_t buffer = 4U << 20;
  };

  // Shard `shard` of the address. Connects when it is first asked.
  Client(const Address& address, std::size_t shard, const std::string& password,
         const Limits& limits);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  void set_interrupt(Interrupt interrupt);

  // Asks a question, which changes nothing at the server. The sink gets nothing unless the server
  // could answer all of it.
  Status Query(std::string_view sql, const Settings& settings, const BodySink& sink);

  // The same for an answer of at most `most` bytes; kMalformed if it is longer.
  Result<std::string> Ask(std::string_view sql, const Settings& settings = {},
                          std::size_t most = 1U << 20);

  // Sends a statement that changes something and has no rows (CREATE, ALTER), once.
  Status Execute(std::string_view sql);

  // Sends `body` behind the statement `sql`, once, over a connection of its own. It is an error,
  // too, if the answer of such a statement holds anything.
  Status Insert(std::string_view sql, const Settings& settings, std::string_view body);
  Status Insert(std::string_view sql, const Settings& settings, const Upload& body);

  const std::string& name() const;  // for messages: "shard 1 (host:8123)"

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pdns::store_clickhouse
