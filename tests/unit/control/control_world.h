// A control socket, its clients, and work that the test decides on.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "control/client.h"
#include "control/server.h"
#include "unit/support/eventually.h"
#include "unit/support/socket_peer.h"
#include "unit/support/temp_dir.h"

namespace pdns::control {

using pdns::testing::Eventually;
using pdns::testing::Gate;

// What the service does is the test's to say.
class ControlTest : public ::testing::Test {
 protected:
  ControlTest() {
    services.backfill = [this](const Request& request, const Stop& stop,
                               source::Progress& progress) {
      ++jobs;
      auto result = work(request, stop, progress);
      --jobs;
      return result;
    };
    services.admin = services.backfill;
    services.status = [] { return std::string("{\"figures\":1}"); };
    services.taps = &taps;
    services.rules.writers = *MakeWriters("");
    Open();
  }

  void Open() {
    auto listening = net::ListeningSocket::Open({net::Endpoint::Kind::kUnix, path, false}, {});
    ASSERT_TRUE(listening.ok()) << listening.status().message();
    server = std::make_unique<Server>(std::move(*listening), services);
  }

  Client Connected() const {
    auto client = Client::Connect(path);
    EXPECT_TRUE(client.ok() && client->has_value()) << client.status().message();
    return std::move(**client);
  }

  // The next line that comes, waited for.
  std::string Line(Client& client) const {
    const auto line = client.ReadLine(never);
    return line.ok() ? *line : "(" + line.status().message() + ")";
  }
  std::string Asked(const std::string& line) const {
    Client client = Connected();
    pdns::testing::SocketPeer(dup(client.descriptor().get())).SendAll(line);
    return Line(client);
  }

  static Request BackfillOf(const std::string& asked) {
    Request request;
    request.operation = Request::Operation::kBackfill;
    request.paths = {asked};
    return request;
  }

  static Reply::Report ReportOf(const std::string& name) {
    return {0, "taken: " + name, R"({"sources":[{"name":")" + name + "\"}]}", false};
  }

  static Reply::Report Wait(const Request& request, const Stop& stop) {
    Eventually([&] { return stop.requested(); });
    return ReportOf(request.paths.at(0));
  }

  const Stop never;
  pdns::testing::TempDir dir;
  std::string path = dir / "control.sock";
  Taps taps;
  std::function<Result<Reply::Report>(const Request&, const Stop&, source::Progress&)> work =
      [](const Request& request, const Stop& /*stop*/, source::Progress& /*progress*/) {
        return ReportOf(request.paths.at(0));
      };
  std::atomic<int> jobs{0};
  Server::Services services;
  std::unique_ptr<Server> server;
};

}  // namespace pdns::control
