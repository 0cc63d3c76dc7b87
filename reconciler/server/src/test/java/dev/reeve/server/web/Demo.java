package dev.reeve.server.web;

import java.time.Duration;

/// A server to look at by hand: something well, something broken, a refused commit.
final class Demo {
  private Demo() {}

  static FakeCluster troubled() {
    var cluster = FakeCluster.leading("n1", "n2", "n3");
    cluster.push("Sell things", Shop.web("shop/web:1", 3), Shop.DATABASE);
    cluster.push("Raise web to version 2", Shop.web("shop/web:2", 3), Shop.DATABASE);
    cluster.change("db", FakeCluster.crashed());
    cluster.push(
        "Mistype a port", Shop.web("shop/web:2", 3).replace("containerPort", "containerPrt"));
    cluster.pass(Duration.ofSeconds(5));
    return cluster;
  }

  public static void main(String[] args) throws Exception {
    var cluster = troubled();
    try (var web = StatusWeb.start(Settings.local(Integer.parseInt(args[0])), cluster)) {
      System.out.println("listening on " + web.port());
      for (int i = 0; i < 200; i++) {
        Thread.sleep(5_000);
        cluster.pass(Duration.ofSeconds(1));
      }
    }
  }
}
