package ai.neo.systemtests.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The page in a real browser, over the real routes and a fixture API. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageTest {

  /** How many pixels of a chart are painted at all: an empty one has none. */
  private static final String PAINTED_PIXELS =
      """
      canvas => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let painted = 0;
        for (let i = 3; i < data.length; i += 4) if (data[i] > 0) painted++;
        return painted;
      }
      """;

  private static final String HORIZONTAL_OVERFLOW =
      "document.documentElement.scrollWidth - document.documentElement.clientWidth";

  private Playwright playwright;
  private Browser browser;
  private FixtureServer server;
  private Visit visit;

  @BeforeAll
  void launch() {
    Optional<Path> chromium = Browsers.chromium();
    if (chromium.isEmpty()) {
      System.out.println("Skipped: the page's tests need Chromium, and none is at /usr/bin.");
    }
    Assumptions.assumeTrue(chromium.isPresent(), "no Chromium at /usr/bin");
    playwright = Browsers.playwright();
    browser = Browsers.launch(playwright, chromium.orElseThrow());
  }

  @AfterAll
  void quit() {
    if (playwright != null) {
      playwright.close();
    }
  }

  @BeforeEach
  void serve() {
    server = FixtureServer.trading(0);
  }

  @AfterEach
  void leave() {
    if (visit != null) {
      visit.close();
    }
    server.close();
  }

  @Test
  void showsTheWholeRunAndTheBrowserHasNothingToComplainAbout() throws Exception {
    Page page = open(1440, 1000, ColorScheme.LIGHT);

    assertThat(page.getByRole(AriaRole.STATUS)).hasText("Running");
    for (String panel : new String[] {"neo-candles", "neo-equity"}) {
      Locator canvas = page.locator(panel + " canvas").first();
      canvas.waitFor();
      visit.until("() => (" + PAINTED_PIXELS + ")(" + canvasOf(panel) + ") > 3000");
    }
    assertThat(page.locator("neo-models .champion")).containsText("v3");
    assertThat(page.locator("neo-models .history li")).hasCount(4);
    assertThat(page.locator("neo-health li")).hasCount(6);
    assertThat(page.locator("neo-positions tbody tr")).hasCount(2);
    assertThat(page.locator("neo-loop li").first()).containsText("48.9K");
    visit.assertNoComplaint();
  }

  @Test
  void aRefusalNamesRuleLimitAndObservedValue() throws Exception {
    Page page = open(1440, 1000, ColorScheme.LIGHT);

    page.getByRole(AriaRole.BUTTON, named("Refused")).click();

    Locator refusal = page.locator("neo-decisions .list .refused").first();
    assertThat(refusal).containsText("Refused by max-position");
    assertThat(refusal).containsText(Pattern.compile("observed [\\d.]+, limit [\\d.]+"));
    assertThat(page.locator("neo-decisions .list .bar").first())
        .hasAttribute("aria-label", Pattern.compile("sell \\d+ %, hold \\d+ %, buy \\d+ %"));
  }

  @Test
  void whatTheStreamSaysIsShownAtOnce() throws Exception {
    Page page = open(1440, 1000, ColorScheme.LIGHT);

    server.push(server.markets.getFirst().nextCandle("54321.98"));
    server.push(server.status.now().put("type", "status").put("equity", "123456.78"));
    server.push(
        server
            .markets
            .getFirst()
            .decisions()
            .getLast()
            .copy()
            .put("type", "decision")
            .put("id", "pushed")
            .put("action", "SELL")
            .put("reason", "Pushed over the stream"));
    server.push(
        new JsonObject()
            .put("type", "alert")
            .put("severity", "warning")
            .put("text", "Feed is late"));

    assertThat(page.locator("neo-candles [role=tab]").first()).containsText("54,321.98");
    assertThat(page.locator("neo-candles .readout")).containsText("54,321.98");
    assertThat(page.locator("neo-header")).containsText("123,456.78");
    assertThat(page.locator("neo-decisions .list li").first())
        .containsText("Pushed over the stream");
    assertThat(page.locator("neo-alerts .note")).containsText("Feed is late");
  }

  @Test
  void haltAsksForReasonAndTokenAndIsSent() throws Exception {
    Page page = open(1440, 1000, ColorScheme.LIGHT);

    page.getByRole(AriaRole.BUTTON, named("Halt")).click();
    Locator dialog = page.getByRole(AriaRole.DIALOG);
    assertThat(dialog).containsText("DATA_DIR/token");
    dialog.getByLabel("Reason").fill("Too quiet");
    dialog.getByLabel("Token").fill("wrong");
    dialog.getByRole(AriaRole.BUTTON, inDialog("Halt")).click();
    assertThat(dialog).containsText("Neo does not know this token");
    visit.forgive("401");
    dialog.getByLabel("Token").fill(FixtureServer.TOKEN);
    dialog.getByRole(AriaRole.BUTTON, inDialog("Halt")).click();

    assertThat(page.getByRole(AriaRole.STATUS)).hasText("Halted");
    assertThat(dialog).isHidden();
    assertThat(taken().authorization()).isEqualTo("Bearer wrong");
    FixtureServer.Command accepted = taken();
    assertThat(accepted.authorization()).isEqualTo("Bearer " + FixtureServer.TOKEN);
    assertThat(accepted.body())
        .isEqualTo(new JsonObject().put("command", "halt").put("reason", "Too quiet"));

    page.getByRole(AriaRole.BUTTON, named("Resume")).click();
    assertThat(dialog.getByLabel("Token")).hasCount(0);
    dialog.getByRole(AriaRole.BUTTON, inDialog("Resume")).click();
    assertThat(page.getByRole(AriaRole.STATUS)).hasText("Running");
    assertThat(taken().body().getString("command")).isEqualTo("resume");
    assertThat(page.evaluate("localStorage.length")).isEqualTo(0);
    visit.assertNoComplaint();
  }

  @Test
  void theKeyboardReachesKillAndCanTakeItBack() throws Exception {
    Page page = open(1440, 1000, ColorScheme.LIGHT);

    page.keyboard().press("Shift+K");
    assertThat(page.getByRole(AriaRole.DIALOG)).containsText("Kill trading now?");
    page.keyboard().press("Escape");

    assertThat(page.getByRole(AriaRole.DIALOG)).isHidden();
    assertThat(server.commands).isEmpty();
  }

  @Test
  void followsTheSystemsThemeUntilOneIsChosen() throws Exception {
    Page page = open(1440, 1000, ColorScheme.DARK);
    assertThat(background(page)).isEqualTo("rgb(10, 13, 18)");

    page.getByRole(AriaRole.BUTTON, named("Light or dark")).click();
    assertThat(background(page)).isEqualTo("rgb(243, 245, 248)");
    page.reload();
    assertThat(background(page)).isEqualTo("rgb(243, 245, 248)");
    visit.assertNoComplaint();
  }

  @Test
  void fitsAPhone() throws Exception {
    Page page = open(360, 740, ColorScheme.LIGHT);

    page.locator("neo-candles canvas").first().waitFor();
    assertThat(page.evaluate(HORIZONTAL_OVERFLOW)).isEqualTo(0);
    assertThat(page.getByRole(AriaRole.BUTTON, named("Kill"))).isInViewport();
    visit.assertNoComplaint();
  }

  @Test
  void comesBackAfterALossAndFetchesWhatItMissed() throws Exception {
    Page page = open(1440, 1000, ColorScheme.LIGHT);
    visit.forgive("WebSocket");

    server.status.state("halted");
    server.refuseStreams(true);
    server.dropStreams();
    assertThat(page.locator("neo-alerts")).containsText("Disconnected");
    server.refuseStreams(false);
    server.awaitStream();

    assertThat(page.locator("neo-alerts")).not().containsText("Disconnected");
    assertThat(page.getByRole(AriaRole.STATUS)).hasText("Halted");
    visit.assertNoComplaint();
  }

  @Test
  void aRunThatHasOnlyBegunSaysWhatItIsDoing() throws Exception {
    server.close();
    server = FixtureServer.starting();

    Page page = open(1440, 1000, ColorScheme.LIGHT);

    assertThat(page.locator("neo-models")).containsText("Training the first model…");
    assertThat(page.locator("neo-candles")).containsText("Opening the market data…");
    assertThat(page.locator("neo-header")).containsText("in training");
    visit.assertNoComplaint();
  }

  @Test
  void theInstrumentIsChosenByClickOrArrow() throws Exception {
    Page page = open(1440, 1000, ColorScheme.LIGHT);

    page.locator("#tab-BTCUSDT").press("ArrowRight");

    assertThat(page.locator("neo-candles [aria-selected=true]")).containsText("ETHUSDT");
    assertThat(page.locator("neo-candles [role=img]"))
        .hasAttribute("aria-label", Pattern.compile("ETHUSDT, 1m candles, last close .*"));
  }

  private Page open(int width, int height, ColorScheme scheme) throws Exception {
    BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme));
    visit = new Visit(context);
    visit.page().navigate(server.url());
    server.awaitStream();
    visit.page().locator("neo-health li").nth(5).waitFor();
    return visit.page();
  }

  private FixtureServer.Command taken() throws InterruptedException {
    FixtureServer.Command command = server.commands.poll(5, TimeUnit.SECONDS);
    assertThat(command).as("a command arrived").isNotNull();
    return command;
  }

  private static String canvasOf(String panel) {
    return "document.querySelector('neo-app').shadowRoot.querySelector('"
        + panel
        + "').shadowRoot.querySelector('canvas')";
  }

  private static Object background(Page page) {
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }

  private static Locator.GetByRoleOptions inDialog(String name) {
    return new Locator.GetByRoleOptions().setName(name).setExact(true);
  }
}
