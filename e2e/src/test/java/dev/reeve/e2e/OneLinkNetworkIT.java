package dev.reeve.e2e;

/// Nodes that stand on one link: their pods reach each other by plain routes.
final class OneLinkNetworkIT extends NetworkTests {
  OneLinkNetworkIT() {
    super(7190, 21, true);
  }
}
