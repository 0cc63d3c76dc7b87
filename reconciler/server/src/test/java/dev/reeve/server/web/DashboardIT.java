package dev.reeve.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The dashboard as a person sees it, in a real browser.
class DashboardIT {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static Playwright playwright;
  private static Browser browser;

  @BeforeAll
  static void launch() {
    assertThat(CHROMIUM).as("a browser (apt-get install chromium)").exists();
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(CHROMIUM)
                    .setArgs(List.of("--no-sandbox", "--disable-gpu")));
  }

  @AfterAll
  static void quit() {
    browser.close();
    playwright.close();
  }

  @Test
  void showsARefusedCommitWithThePlaceOfItsMistake() throws Exception {
    try (var web = StatusWeb.start(Settings.local(0), Demo.troubled());
        var page = open(web, 1400, 1000, ColorScheme.LIGHT)) {
      assertThat(page.locator("#commits li.refused").first().innerText())
          .contains("Mistype a port", "refused", "apps/0.yaml:16:20", "containerPrt");
      assertThat(page.locator("#workloads").innerText()).contains("default/web", "3/3", "Healthy");
      picture(page, "wide-light");
    }
  }

  @Test
  void fitsAPhoneInTheDark() throws Exception {
    try (var web = StatusWeb.start(Settings.local(0), Demo.troubled());
        var page = open(web, 390, 844, ColorScheme.DARK)) {
      var widths =
          page.evaluate(
              "[document.documentElement.scrollWidth, document.documentElement.clientWidth]");

      assertThat(widths)
          .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
          .satisfies(both -> assertThat(both.getFirst()).isEqualTo(both.getLast()));
      picture(page, "phone-dark");
    }
  }

  @Test
  void followsTheClusterWithoutBeingLoadedAgain() {
    var cluster = FakeCluster.leading("n1");
    try (var web = StatusWeb.start(Settings.local(0), cluster);
        var page = open(web, 1000, 800, ColorScheme.LIGHT)) {
      assertThat(page.locator("#pods").innerText()).contains("No pods.");

      cluster.push("Begin", Shop.web("shop/web:1", 1));

      page.waitForSelector("text=default/web");
      page.waitForFunction("document.querySelectorAll('#pods .badge.good').length === 1");
    }
  }

  @Test
  void showsARolloutWithItsStepsMeasurementsAndPods() throws Exception {
    var cluster = Canary.paused();
    cluster.differ("Rollout/shop/front in apps/0.yaml\n-<b>1</b>\n+<b>2</b>\n");
    try (var web = StatusWeb.start(Settings.local(0), cluster);
        var page = open(web, 1400, 1000, ColorScheme.LIGHT)) {
      page.click("#workloads a:has-text('shop/front')");
      page.waitForSelector(".link.live");
      page.waitForSelector(":nth-match(#steps li, 5)");

      assertThat(page.url()).endsWith("/rollout/shop/front");
      assertThat(page.locator("#steps li.current").innerText()).contains("pause", "until promoted");
      assertThat(page.locator("#now").innerText())
          .containsPattern("reeve promote Rollout/shop/front@[a-z0-9]+");
      assertThat(page.locator("#analyses circle").count()).isEqualTo(3);
      assertThat(page.locator("#analyses circle.bad").count()).isEqualTo(1);
      assertThat(page.locator("#analyses").innerText()).contains("error-rate", "no answer");
      assertThat(page.locator("#releases tbody tr").count()).isEqualTo(4);
      assertThat(page.locator("#diff .added").innerText()).isEqualTo("+<b>2</b>");
      assertThat(page.locator("#history li").first().innerText()).contains("RolloutPaused");
      picture(page, "rollout-light");

      cluster.push("Go back", Canary.web("shop/front:1"), Canary.NAMESPACE);

      page.waitForSelector(":nth-match(#steps li.done, 5)");
      page.waitForSelector("#facts :text('100%')");
      page.setViewportSize(390, 844);
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
      picture(page, "rollout-phone");
    }
  }

  @Test
  void showsTwoReleasesOfAServiceWithTheirShares() throws Exception {
    var cluster = FakeCluster.leading("n1", "n2");
    Canary.begin(cluster, Canary.ENTRANCE);
    try (var web = StatusWeb.start(Settings.local(0), cluster);
        var page = open(web, 1400, 1000, ColorScheme.LIGHT)) {
      var front = page.locator("#services .service");

      assertThat(front.locator(".fronts").innerText())
          .contains("https://shop.example/buy", "Ingress door");
      assertThat(front.locator(".share").allInnerTexts()).containsExactly("75%", "25%");
      assertThat(front.locator("li .badge").allInnerTexts()).containsExactly("stable", "new");
      assertThat(width(page, "good")).isCloseTo(width(page, "busy") * 3, withPercentage(2));
      assertThat(front.locator("tbody tr").count()).isEqualTo(4);
      assertThat(front.locator("tbody td:last-child").allInnerTexts()).containsOnly("25%");
      picture(page, "services-light");

      front.locator("summary").click();
      cluster.push("Go back", Canary.with("shop/front:1", Canary.ENTRANCE));

      page.waitForSelector(".service .share:text-is('100%')");
      assertThat(front.locator(".share").count()).isEqualTo(1);
      // What was closed by hand stays closed.
      assertThat(front.locator("table").isVisible()).isFalse();
      page.setViewportSize(390, 844);
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
    }
  }

  @Test
  void showsThatNobodyServesAService() {
    var cluster = FakeCluster.leading("n1");
    cluster.push("Begin", Shop.web(FakeCluster.UNPULLABLE, 1));
    try (var web = StatusWeb.start(Settings.local(0), cluster);
        var page = open(web, 1000, 800, ColorScheme.LIGHT)) {
      assertThat(page.locator(".service.lost").innerText())
          .contains("default/web", "Nobody serves it.");
    }
  }

  private static double width(Page page, String tone) {
    return page.locator(".shares rect." + tone).boundingBox().width;
  }

  @Test
  void showsMarkupInACommitAsText() {
    var cluster = FakeCluster.leading("n1");
    cluster.push("<img src=x onerror=\"document.title='owned'\"><b>bold</b>", Shop.web("w:1", 1));
    try (var web = StatusWeb.start(Settings.local(0), cluster);
        var page = open(web, 1000, 800, ColorScheme.LIGHT)) {
      assertThat(page.locator("#commits .subject").innerText()).contains("<b>bold</b>");
      assertThat(page.locator("#commits img").count()).isZero();
      assertThat(page.title()).isEqualTo("prod · Reeve");
    }
  }

  /// Waits until the page is live, and fails on anything that the browser complains of.
  private static Page open(StatusWeb web, int width, int height, ColorScheme scheme) {
    var page =
        browser.newPage(
            new Browser.NewPageOptions().setViewportSize(width, height).setColorScheme(scheme));
    var complaints = new ArrayList<String>();
    page.onConsoleMessage(message -> complaints.add(message.text()));
    page.onPageError(complaints::add);
    page.navigate("http://127.0.0.1:" + web.port() + "/");
    page.waitForSelector(".link.live", new Page.WaitForSelectorOptions().setTimeout(10_000));
    page.waitForFunction("document.querySelectorAll('#workloads tr').length > 0");
    assertThat(complaints).isEmpty();
    return page;
  }

  private static void picture(Page page, String name) throws Exception {
    Path folder = Files.createDirectories(Path.of("target", "dashboard"));
    page.screenshot(
        new Page.ScreenshotOptions().setPath(folder.resolve(name + ".png")).setFullPage(true));
  }
}
