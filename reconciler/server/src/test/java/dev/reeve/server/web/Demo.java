package dev.reeve.server.web;

/// A server to look at by hand.
final class Demo {
  private Demo() {}

  public static void main(String[] args) throws Exception {
    var cluster = FakeCluster.leading("n1", "n2", "n3");
    cluster.push("Sell things", Shop.web("shop/web:1", 3), Shop.DATABASE);
    cluster.push("Grow", Shop.web("shop/web:2", 3), Shop.DATABASE);
    cluster.push("Mistype", Shop.web("shop/web:2", 3).replace("containerPort", "containerPrt"));
    try (var web = StatusWeb.start(Settings.local(Integer.parseInt(args[0])), cluster)) {
      System.out.println("listening on " + web.port());
      for (int i = 0; i < 100; i++) {
        Thread.sleep(5_000);
        cluster.pass(java.time.Duration.ofSeconds(1));
      }
    }
  }
}
