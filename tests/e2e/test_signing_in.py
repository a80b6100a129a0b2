"""Who may look: signing in and out, by keyboard too, in two languages, by role."""

from playwright.sync_api import expect

NAVIGATION = "nav.rr-nav"


def test_a_wrong_password_is_said_and_the_right_one_opens_the_dashboard(window, scene):
    screen = window(user=None)
    page = screen.page
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password", exact=True).fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("User name or password is not right.")
    page.get_by_label("Password", exact=True).fill(scene.passwords["admin"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_a_person_without_a_mouse_signs_in_and_opens_a_page(window, scene):
    page = window(user=None).page
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(scene.passwords["admin"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    stock = page.get_by_role("link", name="Stock", exact=True)
    for _ in range(20):
        page.keyboard.press("Tab")
        if stock.evaluate("each => each === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Stock")).to_be_visible()


def test_after_signing_out_the_pages_ask_who_one_is(window, scene):
    page = window("/devices", user=None).sign_in("admin", scene.passwords["admin"])
    page.get_by_role("button", name="Account of admin").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.locator(NAVIGATION)).to_have_count(0)


def test_the_language_changes_at_once_and_is_remembered(window):
    page = window("/stock").page
    page.get_by_role("button", name="切换到中文").click()
    expect(page.get_by_role("heading", name="库存")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="库存")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "zh"
    page.get_by_role("button", name="Switch to English").click()
    expect(page.get_by_role("heading", name="Stock")).to_be_visible()


def test_an_auditor_sees_everything_and_can_change_nothing(window):
    screen = window("/devices", user="auditor")
    page = screen.page
    expect(page.get_by_role("table", name="Devices with presence")).to_be_visible()
    expect(page.get_by_role("button", name="Add device")).to_have_count(0)
    answer = page.request.post(
        f"{screen.base}/api/v1/devices", data={"name": "mine", "kind": "scanner"}, headers={"Origin": screen.base}
    )
    assert answer.status == 403


def test_an_administrator_adds_a_device_and_sees_its_password_once(window):
    page = window("/devices").page
    page.get_by_role("button", name="Add device").click()
    expect(page.get_by_role("dialog")).to_contain_text("relay-hub up --listen")
    page.get_by_label("Name").fill("WH 2")
    expect(page.get_by_role("button", name="Create device")).to_be_disabled()
    page.get_by_label("Name").fill("wh2-scanner-1")
    page.get_by_role("button", name="Create device").click()
    expect(page.get_by_label("Configuration for the device")).to_contain_text('name = "wh2-scanner-1"')
    page.get_by_role("button", name="I have saved it").click()
    expect(page.get_by_role("row", name="wh2-scanner-1")).to_be_visible()
