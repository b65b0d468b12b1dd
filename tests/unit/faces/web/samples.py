"""Invented views, one of each page: what templates are rendered and looked at with."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from tests.unit.faces.web.samples_codes import code_pages
from tests.unit.faces.web.samples_reviews import review_pages

from xinheng.faces.web.desk import views as desk
from xinheng.faces.web.desk.morning import Elsewhere, Message, MorningView
from xinheng.faces.web.desk.navigation import Group, Link
from xinheng.faces.web.desk.todo_views import Shortcut
from xinheng.faces.web.portal import patterns
from xinheng.faces.web.portal import views as portal
from xinheng.faces.web.views import Figure, FormError, Pair, Tag, Turn, highlighted, pages

RECORD = UUID("019a9d2c-5b00-7000-8000-000000000001")
TODAY = date(2026, 11, 20)

LINES = (
    portal.RecordLine(
        record=RECORD,
        document="云市监罚字〔2026〕118号",
        content="销售标签不符合规定的预包装食品",
        authority="云台市市场监督管理局",
        decided_on=date(2026, 9, 8),
        until=date(2027, 9, 7),
        party_code="91429900MA00000017",
        party_name="云台市星河精密制造有限公司",
    ),
    portal.RecordLine(
        record=RECORD,
        document="云环罚〔2026〕12号",
        content="超过许可排放浓度排放水污染物，罚款五万元",
        authority="云台市生态环境局",
        decided_on=date(2026, 5, 12),
        until=date(2027, 5, 11),
        party_code="91429900MA00000025",
        party_name="云台市大有（集团）股份有限公司第三分公司",
    ),
)

HOME = portal.HomeView(
    figures=(
        Figure("信用主体", "5 012"),
        Figure("正在公示的许可", "7 431"),
        Figure("正在公示的处罚", "1 022"),
        Figure("信源单位", "12"),
    ),
    examples=("星河", "91429900MA00000017"),
    latest=LINES,
)
RESULTS = portal.ResultsView(
    query="星河",
    asked=True,
    count_text="84",
    hits=(
        portal.Hit(
            "91429900MA00000017",
            highlighted("云台市星河精密制造有限公司", "星河"),
            (Tag("存续", "good"),),
            ("企业", "云台市"),
        ),
        portal.Hit(
            "91429900MA00000025",
            highlighted("云台市星河商贸有限公司", "星河"),
            (Tag("注销"), Tag("未经登记核实", "warn")),
            ("企业",),
            "云台市银河商贸有限公司",
        ),
    ),
    pages=pages(3, 84, "/search", {"q": "星河"}, 10),
)
ORGANISATION = portal.OrganisationView(
    code="91429900MA00000017",
    name="云台市星河精密制造有限公司",
    tags=(Tag("存续", "good"), Tag("企业")),
    registered=False,
    pairs=(
        Pair("统一社会信用代码", "91429900MA00000017", mono=True),
        Pair("主体类别", "企业"),
        Pair("曾用名", "云台市星河机械厂（至 2021-03-02）", wide=True),
        Pair("登记状态", "存续"),
        Pair("所在区划", "云台市"),
    ),
    sections=(
        portal.Section("penalty", "行政处罚", 2, LINES, "/lists?item=penalty&q=x"),
        portal.Section("permit", "行政许可", 0, ()),
    ),
    day=TODAY,
)
RECORD_VIEW = portal.RecordView(
    record=RECORD,
    title="云市监罚字〔2026〕118号",
    item_name="行政处罚",
    document="云市监罚字〔2026〕118号",
    party_code="91429900MA00000017",
    party_name="云台市星河精密制造有限公司",
    tags=(Tag("行政处罚"), Tag("公示中", "info"), Tag("更正过", "warn")),
    summary=(
        Figure("决定机关", "云台市市场监督管理局"),
        Figure("决定日期", "2026-09-08"),
        Figure("最早可申请修复", "2026-12-09"),
        Figure("公示至", "2027-09-08"),
    ),
    fields=(
        Pair("行政相对人名称", "云台市星河精密制造有限公司", "CF_XDR_MC", wide=True),
        Pair("统一社会信用代码", "91429900MA00000017", "CF_XDR_SHXYM", mono=True),
        Pair("处罚决定日期", "2026-09-08", "CF_JDRQ"),
        Pair(
            "违法事实",
            "该单位销售的预包装食品标签未标明生产日期，货值金额 1 200 元，案发后主动改正。",
            "CF_SY",
            wide=True,
        ),
        Pair("罚款金额（万元）", "0.500000", "CF_NR_FK", note="合 5 000.00 元"),
        Pair("处罚类别", "罚款", "CF_CFLB"),
    ),
    bar=portal.term_bar(date(2026, 9, 8), date(2026, 12, 8), date(2027, 9, 8), TODAY),
    reason="本决定属于一般失信信息，公示三个月至一年。",
    publicity=(
        Pair("依据", "《信用修复管理办法》（国家发展改革委令第36号）第九条"),
        Pair("类别", "一般"),
        Pair("最早可以提前终止", "2026-12-09"),
        Pair("公示至", "2027-09-08（含当日），之后自动终止"),
    ),
    source=(
        Pair("决定机关", "云台市市场监督管理局"),
        Pair("信源单位", "云台市市场监督管理局"),
        Pair("目录事项", "行政处罚（E2018）"),
        Pair("收到", "2026-09-10 09:31"),
        Pair("规则包", "national@sha256:0a1b2c3d", mono=True),
    ),
    proof=(
        Pair("信衡编号", str(RECORD), mono=True),
        Pair("日志位置", "12 044"),
        Pair("检查点大小", "20 144"),
    ),
    history=(
        portal.HistoryStep("更正：处罚内容", "2026-09-15 10:02", "信源单位：云台市市场监督管理局"),
        portal.HistoryStep("入账", "2026-09-10 09:31", "日志位置 11 020"),
    ),
    windows=(
        portal.Window(
            "内容有误：异议申诉", "向作出决定的机关或通过“信用中国”网站提出。", "《信用修复管理办法》"
        ),
        portal.Window(
            "信用修复",
            "最短公示期届满、义务已经履行的，可以申请。",
            "《信用修复管理办法》",
            verified=Tag("待核实", "warn"),
            terms=(
                portal.Term(
                    "信用中国办理信用修复 10 个工作日",
                    "《实施方案》（国办发〔2025〕22号）",
                    "延长规定未读到",
                    Tag("依据摘要", "info"),
                ),
            ),
        ),
    ),
    corrected=True,
    unverified="“较大数额”的标准没有读到原文，按较轻一类处理。",
    outlived="这项规定自 2026-04-01 起失效，作出决定时有效。",
)
LISTING = portal.ListingView(
    item="penalty",
    item_name="行政处罚",
    items=(("penalty", "行政处罚"), ("permit", "行政许可")),
    lines=LINES,
    count_text="超过 1 000",
    turn=Turn(7, "/lists?item=penalty", "/lists?item=penalty&page=8&after=2026-01-01_x"),
)
ABOUT = portal.AboutView(
    keys=(
        portal.PublicKey(
            (
                Pair("名称", "example.invalid/xinheng/1", mono=True),
                Pair("公钥", "example.invalid/xinheng/1+1a2b3c4d+AbCdEfGh", mono=True, wide=True),
            )
        ),
    ),
    checkpoint=(
        Pair("日志大小", "20 144"),
        Pair("根", "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=", mono=True),
    ),
    pack=(Pair("规则包", "national", mono=True), Pair("摘要", "0a1b" * 16, mono=True, wide=True)),
    instruments=(
        portal.InstrumentLine(
            "信用修复管理办法",
            "国家发展改革委令第36号",
            "国家发展改革委",
            "2026-04-01 起",
            Tag("依据摘要", "info"),
        ),
        portal.InstrumentLine("行政处罚法", None, "全国人大常委会", "2021-07-15 起", Tag("已核原文", "good")),
        portal.InstrumentLine(
            "某通知", None, "某机关", "2017-07-31 至 2019-06-30", Tag("待核实", "warn"), "文号凭记忆"
        ),
    ),
)
WHO = desk.Who(
    "王经办",
    "经办",
    "云台市市场监督管理局",
    "token",
    (
        Group("工作台", (Link("desk", "/desk", "工作台"),)),
        Group(
            "报送", (Link("upload", "/desk/upload", "报送文件"), Link("receipts", "/desk/receipts", "回执"))
        ),
        Group("数据质量", (Link("office", "/desk/office", "归集总览"),)),
    ),
)
SIGN_IN = desk.SignInForm("token", errors=(FormError("账号或密码不对", "login"),))
RECEIPT_LINES = (
    desk.ReceiptLine(
        RECORD,
        "2026-11-19 16:20",
        "云台市市场监督管理局",
        "10月处罚.xlsx",
        "行政处罚",
        "report",
        "118",
        "2",
        "0",
        "7",
        "3",
    ),
)
MORNING = MorningView(
    (Shortcut("超期", "3", "/desk/cases?colour=red", "bad"),),
    (Elsewhere("待审核的报送", "2", "/desk/submissions"),),
    (Message("收到函件", "/desk/notices/x", "2026-11-20 10:00"),),
    "下一个期限 2026-11-25，3 件",
)
QUIET = MorningView((), (), (), None)
DESK = desk.DeskView(
    "云台市市场监督管理局",
    "2026 年 11 月",
    (Figure("本月接收", "118"), Figure("本月退回", "7", "bad"), Figure("迟报", "3", "bad")),
    RECEIPT_LINES,
)
UPLOAD = desk.UploadForm((("penalty", "行政处罚", ""), ("permit", "行政许可", "")), "penalty", "2 GB")
REASONS = (
    desk.ReasonRow(
        3,
        (
            desk.CheckLine(
                "penalty.class",
                "处罚类别",
                "罚",
                "处罚类别不在代码表里",
                "警告、罚款…之一",
                Tag("退回", "bad"),
            ),
        ),
    ),
    desk.ReasonRow(
        9,
        (
            desk.CheckLine(
                "penalty.code",
                "统一社会信用代码",
                "9142O2OOMA49XK074B",
                "代码里有字母 O",
                "18 位，校验正确",
                Tag("退回", "bad"),
            ),
        ),
    ),
)
PREVIEW = desk.PreviewView(
    token="t0k",
    file=(
        Pair("文件", "10月处罚.xlsx"),
        Pair("事项", "行政处罚（E2018），按报送标准"),
        Pair("读法", "XLSX，表头在第 2 行"),
        Pair("SHA-256", "ab" * 32, mono=True),
    ),
    figures=(
        Figure("将接收", "118"),
        Figure("将退回", "7", "bad"),
        Figure("自然人", "2"),
        Figure("遮盖证件号码", "1"),
    ),
    notes=("罚款金额列的表头写的是“元”，已按万元换算。",),
    returned=REASONS,
    columns=(
        desk.ColumnLine("行政处罚决定文号", Tag("决定书文号", "good"), "CF_WSH", "云市监罚字〔2026〕118号"),
        desk.ColumnLine("联系电话", Tag("不使用"), None, "…"),
        desk.ColumnLine("办案人", Tag("没有认出", "warn"), None, "…"),
        desk.ColumnLine("身份证号", Tag("丢弃", "bad"), None, "", fixed=True),
    ),
    columns_text="认出 1 列，不使用 1 列，没有认出 1 列，丢弃 1 列",
    fields=(("CF_WSH", "行政处罚决定书文号"), ("CF_SY", "违法事实")),
    samples=(
        desk.SampleRow(
            2,
            "云市监罚字〔2026〕118号　云台市星河精密制造有限公司",
            (Tag("不公示"),),
            (Pair("处罚决定日期", "2026-09-08", "CF_JDRQ"), Pair("罚款金额（万元）", "0.5", "CF_NR_FK")),
            (desk.CheckLine("penalty.length", "违法事实", "…", "长过常见长度", "2 000 字以内", Tag("提醒")),),
        ),
    ),
    sendable=True,
)
RECEIPT = desk.ReceiptView(
    RECORD,
    "2026-11-19 16:20",
    (
        Figure("接收", "118"),
        Figure("更正", "2"),
        Figure("已有", "0"),
        Figure("退回", "7", "bad"),
        Figure("迟报", "3"),
    ),
    (
        Pair("回执编号", str(RECORD), mono=True, wide=True),
        Pair("文件", "10月处罚.xlsx"),
        Pair("日志位置", "12 044"),
    ),
    (("行政处罚决定文号", "行政处罚决定书文号（CF_WSH）"), ("联系电话", "不使用")),
    returned_count=7,
    persons_count=2,
    person_lines="14、31",
    hand_on=True,
    fresh=True,
)
RETURNED = desk.ReturnedView(
    RECORD, 7, REASONS, (desk.ReasonSum("penalty.class", "处罚类别不在代码表里", "处罚类别", 5),)
)
OFFICE = desk.OfficeView(
    "截至 2026-11-20，全部报送",
    (
        Figure("信源单位", "12"),
        Figure("报送", "340"),
        Figure("接收", "15 200"),
        Figure("退回", "402", "bad"),
        Figure("迟报", "61", "bad"),
    ),
    (
        desk.AgencyLine("云台市市场监督管理局", "52", "4 100", "120", "2.8%", 28, "12", "2026-11-19", None),
        desk.AgencyLine(
            "云台市生态环境局",
            "12",
            "210",
            "41",
            "16.3%",
            163,
            "4",
            "2026-09-30",
            Tag("51 天没有报送", "warn"),
        ),
        desk.AgencyLine("云台市交通运输局", "0", "0", "0", None, 0, "0", None),
    ),
    (
        desk.ReviewLine(
            Tag("一名两码", "warn"),
            "云台市星河商贸有限公司 91429900MA00000025",
            "91429900MA00000033",
            "2026-11-02",
        ),
    ),
    (Pair("日志大小", "20 144"), Pair("检查点", "与数据库一致", tag=Tag("正常", "good"))),
)
AUDIT = desk.AuditView((desk.AuditLine("2026-11-20 09:00", "王经办", "登录", "127.0.0.1"),))


PAGES: dict[str, tuple[str, str, dict[str, object]]] = {
    "patterns": ("patterns.html", "", {"demo": patterns.demo()}),
    "home": ("portal/home.html", "home", {"home": HOME}),
    "results": ("portal/results.html", "search", {"results": RESULTS}),
    "nothing": ("portal/results.html", "search", {"results": portal.ResultsView("星辰大海", asked=True)}),
    "organisation": ("portal/organisation.html", "search", {"org": ORGANISATION}),
    "record": ("portal/record.html", "search", {"record": RECORD_VIEW}),
    "lists": ("portal/lists.html", "lists", {"listing": LISTING}),
    "about": ("portal/about.html", "about", {"about": ABOUT}),
    "boundary": ("portal/boundary.html", "boundary", {}),
    "help": ("portal/help.html", "help", {"windows": RECORD_VIEW.windows}),
    "error": (
        "portal/error.html",
        "",
        {
            "error": {
                "title": "没有这一页",
                "found": "地址 /x 没有内容",
                "expected": "首页、查询或记录的地址",
                "todo": "从首页重新进入",
                "where": None,
                "code": "XH950",
            }
        },
    ),
    "sign_in": ("desk/sign_in.html", "", {"form": SIGN_IN, "who": None}),
    "desk": ("desk/home.html", "desk", {"desk": DESK, "morning": MORNING, "who": WHO}),
    "desk quiet": ("desk/home.html", "desk", {"desk": DESK, "morning": QUIET, "who": WHO}),
    "upload": ("desk/upload.html", "upload", {"form": UPLOAD, "who": WHO}),
    "preview": ("desk/preview.html", "upload", {"preview": PREVIEW, "who": WHO}),
    "receipt": ("desk/receipt.html", "receipts", {"receipt": RECEIPT, "who": WHO}),
    "receipts": ("desk/receipts.html", "receipts", {"desk": DESK, "who": WHO}),
    "returned": ("desk/returned.html", "receipts", {"returned": RETURNED, "who": WHO}),
    "office": ("desk/office.html", "office", {"office": OFFICE, "who": WHO}),
    "audit": ("desk/audit.html", "audit", {"audit": AUDIT, "who": WHO}),
    **code_pages(WHO),
    **review_pages(WHO),
}
