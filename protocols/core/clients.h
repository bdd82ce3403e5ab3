// Where a protocol says what its clients ask, what that means, and what they remember of the
// answers (protocols/README.md, "Clients"): in static functions of its own, or of a
// type `Clients` that it names because several protocols have the same.
#pragma once

namespace core {

namespace internal {
template <class N>
struct ClientsOfNode {
  using type = N;
};
template <class N>
requires requires { typename N::Clients; }
struct ClientsOfNode<N> {
  using type = typename N::Clients;
};
}  // namespace internal

template <class N>
using ClientsOf = typename internal::ClientsOfNode<N>::type;

}  // namespace core
