package dev.reeve.e2e;

/// Nodes that are behind a router each: their pods reach each other through a VXLAN.
final class RoutersNetworkIT extends NetworkTests {
  RoutersNetworkIT() {
    super(7194, 31, false);
  }
}
