// Listeners of the room frame, opened as tests want them. Link pdns_frame.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "frame/listen/listener.h"
#include "net/endpoint.h"

namespace pdns::testing {

inline net::Endpoint UnixEndpoint(const std::string& path) {
  return {net::Endpoint::Kind::kUnix, path, false};
}

// Loopback, at a port that the system chooses.
inline net::Endpoint TcpEndpoint(bool tls = false) {
  return {net::Endpoint::Kind::kTcp, "127.0.0.1:0", tls};
}

inline std::unique_ptr<frame::Listener> OpenListener(const std::vector<net::Endpoint>& endpoints,
                                                     const frame::ListenerLimits& limits = {},
                                                     int wake_fd = -1,
                                                     std::unique_ptr<net::TlsServer> tls = {}) {
  std::vector<net::ListeningSocket> sockets;
  for (const net::Endpoint& endpoint : endpoints) {
    auto socket = net::ListeningSocket::Open(endpoint, {});
    EXPECT_TRUE(socket.ok()) << socket.status().message();
    if (!socket.ok()) return nullptr;
    sockets.push_back(std::move(*socket));
  }
  auto opened = frame::Listener::Open(std::move(sockets), limits, std::move(tls), wake_fd);
  EXPECT_TRUE(opened.ok()) << opened.status().message();
  return opened.ok() ? std::move(*opened) : nullptr;
}

// Polls until nothing comes any more by Unix sockets: what was sent through them has come, and so
// has their end. TCP is another matter, since the kernel may take its time: PollUntil.
inline void PollAll(frame::Listener& listener, frame::FrameSink& sink) {
  for (int quiet = 0; quiet < 3;) {
    const bool any = listener.Poll(std::chrono::milliseconds(0), sink);
    quiet = any || !listener.caught_up() ? 0 : quiet + 1;
  }
}

// Polls until `done`, for a minute at most.
template <class Done>
bool PollUntil(frame::Listener& listener, frame::FrameSink& sink, Done done) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!done() && std::chrono::steady_clock::now() < until)
    listener.Poll(std::chrono::milliseconds(10), sink);
  return done();
}

}  // namespace pdns::testing
