/** All screens, in the order of the menu. */

import {
  Avatar,
  Bell,
  ChatDotSquare,
  ChatLineSquare,
  Clock,
  Collection,
  Connection,
  DocumentChecked,
  Download,
  EditPen,
  Files,
  Finished,
  Grid,
  HomeFilled,
  Key,
  List,
  Monitor,
  Notebook,
  OfficeBuilding,
  Operation,
  Postcard,
  PriceTag,
  Promotion,
  Service,
  SetUp,
  Stamp,
  Stopwatch,
  Upload,
  User,
  UserFilled,
  Wallet,
  WarnTriangleFilled,
  Warning,
} from '@element-plus/icons-vue'

import type { Screen } from './screen'

const WORKBENCH = '工作台'
const AUDIT = '审核'
const HOSPITAL = '院内管理'
const RULES = '规则与知识'
const SYSTEM = '系统管理'
const OWN = '个人'

export const SCREENS: Screen[] = [
  {
    name: 'workbench',
    path: '/workbench',
    title: '工作台',
    group: WORKBENCH,
    icon: HomeFilled,
    permissions: ['account.own'],
    component: () => import('./workbench/WorkbenchScreen.vue'),
    help: [
      {
        title: '这里看什么',
        text: '等着您的事、最近一次审核在您数据范围内查出的疑点、近期的任务；审计员还看到最近的操作。每个数字都能点开，看它数的是什么。',
      },
      {
        title: '数字与别人看到的不同',
        text: '只计您数据范围内的单据；同一次审核，各医院、各科室看到的不一样。',
      },
    ],
  },
  {
    name: 'datasets',
    path: '/datasets',
    title: '数据导入',
    group: AUDIT,
    icon: Upload,
    permissions: ['data.import', 'runs.start'],
    component: () => import('./datasets/DatasetsScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '把结算明细文件导入成数据集，供审核使用。拖入文件后，先核对认出了哪些表、哪些列，再开始导入；导入在后台进行，可以离开页面。',
      },
      {
        title: '列没有认出来',
        text: '国家接口的字段名、常用的中文列名会自动识别。其余的列可以选含义；不选就不导入。缺少必需的列时会指出。',
      },
      {
        title: '拒收的行',
        text: '缺少必需内容、日期不存在、找不到就诊的行会拒收并写明原因。下载、改正后按“补充导入”上传，连同原来的文件导入成新的数据集。',
      },
      {
        title: '个人信息',
        text: '姓名、证件号码、电话加密登记，不进数据集；上传的原文件只有本人能用，30 天后清除。',
      },
    ],
  },
  {
    name: 'runs',
    path: '/runs',
    title: '审核任务',
    group: AUDIT,
    icon: List,
    permissions: ['runs.view'],
    component: () => import('./runs/RunsScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '新建审核：选数据集、发布版、规则集和期间；看进度和结果。导入、导出也是任务，列在一起。完成或失败时右上角的铃铛会通知您。',
      },
      {
        title: '取消和重试',
        text: '取消后已完成的部分保留，重试从那里接着做。服务器断电、重启也一样，会自动接着做，结果相同。',
      },
      {
        title: '无法判断',
        text: '缺少性别、出生日期、等级等内容的行不会当作违规，而是计入“无法判断”，并写明缺什么。',
      },
    ],
  },
  {
    name: 'findings',
    path: '/findings',
    title: '疑点',
    group: AUDIT,
    icon: Warning,
    permissions: ['findings.view'],
    component: () => import('./findings/FindingsScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '看一次审核查出的疑点：左边选审核、看分布，点一项就按它筛选，再点取消；上面是更多条件，可以存为常用筛选。只列您数据范围内的。',
      },
      {
        title: '金额',
        text: '超收是这条规则单独看应退的；同一明细有几条疑点时，计入金额之间不重复；可追回是其中基金支付的部分。有特例的疑点保留而不计入。',
      },
      {
        title: '详情',
        text: '读到的值、限定值、应收实收、知识点原文和依据、所在单据的前后明细、前后的就诊、其他规则怎样说。Ctrl+← 和 Ctrl+→ 看上一条、下一条。',
      },
      {
        title: '整单的疑点',
        text: '有的规则针对整张单据或诊断，没有明细，项目一栏写“整单”。',
      },
    ],
  },
  {
    name: 'comparison',
    path: '/runs/comparison',
    title: '比较两次审核',
    group: AUDIT,
    icon: List,
    within: 'runs',
    permissions: ['findings.view'],
    component: () => import('./comparison/ComparisonScreen.vue'),
    help: [
      {
        title: '这里看什么',
        text: '两次审核的疑点逐条对照：新增、消失、变化各多少条、多少钱，按规则和机构。点一个数字，右边就只列它；打开一条看它的全部内容。只算您数据范围内的。',
      },
      {
        title: '怎样算同一条',
        text: '疑点的编号由单据、明细、规则和知识点算出，两次相同的就是同一条；读到的值、限定值、金额、确定性有一项不同，算“变化”。',
      },
    ],
  },
  {
    name: 'persons',
    path: '/persons',
    title: '单据与参保人',
    group: AUDIT,
    icon: Notebook,
    permissions: ['bills.view'],
    component: () => import('./care/PersonsScreen.vue'),
    help: [
      {
        title: '怎样找到一个人',
        text: '姓名、证件号码、人员编号、电话加密保存，只能整段查找；而且此人须有单据在您的数据范围内。每次查找都记入操作记录。',
      },
      {
        title: '怎样找到一张单据',
        text: '输入完整的就诊标识。也可以从疑点、参保人的就医记录打开。',
      },
    ],
  },
  {
    name: 'person',
    path: '/persons/:key',
    title: '参保人',
    group: AUDIT,
    icon: Notebook,
    within: 'persons',
    permissions: ['bills.view'],
    component: () => import('./care/PersonScreen.vue'),
    help: [
      {
        title: '这里看什么',
        text: '这位参保人在您数据范围内的全部就诊，各机构一行，住院画成横条，门诊和购药画成圆点。按机构的名字只看这一家。',
      },
      {
        title: '怎样看前后几天',
        text: '选定天数，再按某次就诊的“前后”，图上和表里都会标出这段时间内的其他就诊。',
      },
      {
        title: '剩余用药怎样算',
        text: '门诊和药店开出的药，按周期天数（没有的由数量、规格、单次剂量和频次算出）逐次累加，扣去已过的天数。住院期间的用药不算；天数不知道的不算，另行列出次数。只算您看得到的单据。',
      },
    ],
  },
  {
    name: 'bill',
    path: '/bills/:encounter',
    title: '单据',
    group: AUDIT,
    icon: Notebook,
    within: 'persons',
    permissions: ['bills.view'],
    component: () => import('./care/BillScreen.vue'),
    help: [
      {
        title: '数量和金额',
        text: '是退费冲抵以后的；与原来计费的不同时，原来的写在下面。',
      },
      {
        title: '用键盘',
        text: '按 / 到查找框，输入项目编码或名称的一部分；按 j 到明细，上下键逐行看。',
      },
    ],
  },
  {
    name: 'calls',
    path: '/calls',
    title: '事前事中记录',
    group: AUDIT,
    icon: Stopwatch,
    permissions: ['calls.view'],
    component: () => import('./calls/CallsScreen.vue'),
    help: [
      {
        title: '这里看什么',
        text: '医院系统在开单、收费、结算前发来的每一次审核：查出了什么、怎样提醒的、医师继续还是返回修改、原因是什么。约两秒前的都在。',
      },
      {
        title: '“未审核”是怎么回事',
        text: '来不及审核时，系统先让业务继续，报文保存下来，随后自动补审，结果变为“事后补审”。',
      },
      {
        title: '看一次审核会留下记录吗',
        text: '会。打开详情会记入操作记录。',
      },
    ],
  },
  {
    name: 'second-opinions',
    path: '/second-opinions',
    title: '人工审核',
    group: AUDIT,
    icon: Service,
    permissions: ['opinions.give'],
    component: () => import('./second-opinions/SecondOpinionsScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '本院医师签名以前请您决定的：看单据、疑点和依据，与医师说话，写明理由，同意继续或建议修改。双方说的话几秒内互相看到，都留下来。',
      },
      {
        title: '到时没有结论',
        text: '按“参数”里的设定：先放行，列为“待事后复核”，请补写意见；或者不放行，医师须修改。医师自己返回修改的，也就结束。',
      },
      {
        title: '用键盘',
        text: '按 j 到列表，上下键选，回车打开；写完按 Ctrl+Enter 发送，Tab 到“同意继续”“建议修改”。',
      },
    ],
  },
  {
    name: 'simulator',
    path: '/simulator',
    title: 'HIS 模拟器',
    group: AUDIT,
    icon: Monitor,
    permissions: ['simulator.use'],
    module: 'simulator',
    component: () => import('./simulator/SimulatorScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '像医生一样叫号、写诊断、开单，看事前提醒和边开边审的意见，签名、结算。报文和医院系统发的一样，经国家接口网关；按“报文”看发了什么、答了什么。',
      },
      {
        title: '键盘',
        text: '按 F2 到查找框，输入编码、名称或拼音首字母，回车加一行，再回车依次走过剂量、频次、途径、天数、数量；在一行里按 Ctrl+Delete 删除这一行，Ctrl+Enter 签名。',
      },
      {
        title: '会不会留下假的病历',
        text: '只用“联调”和“演示”的接入，已上线的机构不能用。联调的不成为历史；演示的（由 make demo 建立）结算后成为历史，同一患者下次开单就能看到。边开边审的都不成为历史。',
      },
    ],
  },
  {
    name: 'budgets',
    path: '/budgets',
    title: '科室预算',
    group: HOSPITAL,
    icon: Wallet,
    permissions: ['budgets.view'],
    component: () => import('./budgets/BudgetsScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '给科室设一个月或一年的费用预算，看用到多少。医师在事前提醒里只看到本科室的。',
      },
      {
        title: '已用怎样算',
        text: '本科室开单、计费日期在期间内的明细，按全部费用计：已结算的，加上在院还没有结算的。返回修改的不算，同一明细只算一次。约两秒前的都已计入。',
      },
      {
        title: '改错了怎么办',
        text: '每次设定都留在“历史”里。按“撤销”恢复上一次的金额。',
      },
    ],
  },
  {
    name: 'payment-standards',
    path: '/payment-standards',
    title: '支付标准',
    group: HOSPITAL,
    icon: PriceTag,
    permissions: ['standards.view'],
    component: () => import('./payment-standards/StandardsScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: 'DRG、DIP、单病种的支付标准，按地区和日期，写明来源文件。住院患者开单时，医师看到本次住院的标准和已发生的费用。',
      },
      {
        title: '怎样知道是哪一条',
        text: '医院报送的病种编号优先；没有的按主诊断和手术操作，取最具体的一条。两条同样具体的，不能确定，不显示。',
      },
      {
        title: '录错了怎么办',
        text: '按“撤下”，写明原因，再录入正确的；撤下的可以恢复。同一组在同一范围一天里只能有一条。',
      },
    ],
  },
  {
    name: 'rules',
    path: '/rules',
    title: '规则库',
    group: RULES,
    icon: Collection,
    permissions: ['rules.view'],
    component: () => import('./rules/RulesScreen.vue'),
    help: [
      {
        title: '这里看什么',
        text: '全部规则：官方 88 条按官方目录排列，本系统自有的和本地自建的在后。点名称，看它检查什么、为何违规、不报什么、依据哪一份文件。',
      },
      {
        title: '状态是什么意思',
        text: '可判断：现在就能判断。待知识点：还没有录入它要的知识点。待参数或映射：知识点有了，还缺地区的参数或编码对应。',
      },
      {
        title: '例子',
        text: '打开“例子”时由引擎当场试跑。按“改一改再试”，改数量、单价、日期、知识点或参数，立即看到会不会报；只试不存。',
      },
    ],
  },
  {
    name: 'knowledge',
    path: '/knowledge',
    title: '知识库',
    group: RULES,
    icon: Files,
    permissions: ['knowledge.view'],
    component: () => import('./knowledge/KnowledgeScreen.vue'),
    help: [
      {
        title: '怎样查找',
        text: '输入项目编码的开头、名称的一部分，或名称的拼音首字母（如 amxl 找阿莫西林）。列出的是最新发布版的知识点。',
      },
      {
        title: '状态是什么意思',
        text: '可判断：能用于审核。待设参数：没有全国统一的值，须在参数里设定。待映射：公布的是文字，须先对应到诊断编码。已被替代、已停用：只管以前的服务。',
      },
      {
        title: '怎样修改',
        text: '在详情里按“修改”或“停用”，改动先放进草稿；送审，由没有参与的另一人复核，发布后才生效。',
      },
    ],
  },
  {
    name: 'basis',
    path: '/basis',
    title: '依据库',
    group: RULES,
    icon: Files,
    permissions: ['basis.view'],
    module: 'basis',
    component: () => import('./basis/BasisScreen.vue'),
    help: [
      {
        title: '这里看什么',
        text: '规则和知识点所依据的政策、指南、说明书，一条一条地存。系统自带的依据也在其中，不能改；本地的由规则管理员录入。',
      },
      {
        title: '怎样找',
        text: '“全文”里写几个词，用空格分开：标题、文号、发文机关或条文里都有这些词的文件会列出来，并指出在哪一条。',
      },
      {
        title: '失效和被取代',
        text: '在详情里登记最后一天和取代它的文件。引用它的规则和知识点会自动列为任务，有负责人和期限。',
      },
    ],
  },
  {
    name: 'drafts',
    path: '/drafts',
    title: '草稿与发布',
    group: RULES,
    icon: Promotion,
    permissions: ['knowledge.view'],
    component: () => import('./drafts/DraftsScreen.vue'),
    help: [
      {
        title: '从草稿到发布',
        text: '知识点、参数、规则集、特例、自建规则的改动都放进草稿。送审前自动检查；由没有参与编辑的另一人批准；主任发布，成为新的发布版。',
      },
      {
        title: '两个人改了同一内容',
        text: '先发布的生效。后一个草稿会提示“基准已不是最新版”：按“移到最新版”，逐处决定用哪一个，再重新送审。',
      },
      {
        title: '发布错了怎么办',
        text: '在“发布版”里对正确的那一版按“回退”：系统以新的编号发布与它相同的内容。发布过的版本不会被改动或删除。',
      },
    ],
  },
  {
    name: 'strategy',
    path: '/strategy',
    title: '规则集与策略',
    group: RULES,
    icon: Operation,
    permissions: ['rules.view'],
    component: () => import('./strategy/StrategyScreen.vue'),
    help: [
      {
        title: '规则集做什么',
        text: '按地区、机构、科室、险种、就医方式和场景，分别决定判断哪些规则、用什么参数、查出来怎么办。一条规则在一次就诊上只由一个规则集决定：优先级大的先决定。没有规则集时全部规则在各处判断。',
      },
      {
        title: '特例',
        text: '急救、特例单议、白名单：疑点照样列出，写明编号和理由，另计而不追款。必须写明理由、对象和截止日期。',
      },
      {
        title: '怎样修改',
        text: '先选择或新建一个草稿，改动都写进草稿，由另一个人复核、发布后才生效。“一张单据由哪些规则判断”可以随时试，用的就是正在看的草稿。',
      },
    ],
  },
  {
    name: 'writing',
    path: '/rules/writing',
    title: '新建规则',
    group: RULES,
    icon: EditPen,
    permissions: ['rules.edit'],
    component: () => import('./writing/RuleWritingScreen.vue'),
    help: [
      {
        title: '怎样写条件',
        text: '一行是“字段、比较、值”：输入几个字找字段，值可以是数、代码、日期，也可以是别的字段或参数。几行要都符合还是任一符合，在组上选。右边是同一条件的文字写法。',
      },
      {
        title: '例子为什么必须写',
        text: '例子就是这条规则的试卷：至少一个应当报、一个应当不报。边写边试跑，全部相符才能写入草稿；以后每次发布前还会再跑。',
      },
      {
        title: '无法判断',
        text: '缺少条件要读的事实时，规则不报，也不说没有问题，而是记为“无法判断”，写明缺哪个事实。',
      },
    ],
  },
  {
    name: 'basis-tasks',
    path: '/basis-tasks',
    title: '依据变化任务',
    group: RULES,
    icon: Finished,
    permissions: ['basis.view'],
    module: 'basis',
    component: () => import('./basis/TasksScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '依据失效或被取代以后，引用它的规则和知识点要逐项看：改引用、改限定，或写明为什么不用改。',
      },
    ],
  },
  {
    name: 'consultations',
    path: '/consultations',
    title: '征求意见',
    group: RULES,
    icon: ChatLineSquare,
    permissions: ['basis.edit'],
    module: 'consultations',
    component: () => import('./consultations/ConsultationsScreen.vue'),
    help: [
      {
        title: '这里看什么',
        text: '发出的每次征求意见：多少家、已答多少、各是什么意见。打开可以看各院写了什么。发出在依据库里：打开一份草案，按“征求意见”。',
      },
    ],
  },
  {
    name: 'opinions',
    path: '/opinions',
    title: '答复征求意见',
    group: RULES,
    icon: ChatDotSquare,
    permissions: ['consultation.answer'],
    module: 'consultations',
    component: () => import('./consultations/OpinionsScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '经办机构发来的草案，逐条看，选同意、修改后同意或不同意，写明理由。截止以前可以改；别的医院看不到本院的答复。',
      },
    ],
  },
  {
    name: 'users',
    path: '/users',
    title: '用户',
    group: SYSTEM,
    icon: User,
    permissions: ['users.view'],
    component: () => import('./users/UsersScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '管理谁可以用本系统。新建的用户没有任何角色，须由安全管理员（或本院的账号管理员）授予角色和数据范围后才能工作。',
      },
      {
        title: '姓名为什么是星号',
        text: '姓名、证件号码、电话加密保存，默认遮住。确需完整内容时，在详情里按“查看完整信息”，写明原因；每次查看都有记录。',
      },
      {
        title: '怎样按姓名找人',
        text: '加密保存的内容只能整段查找：按“按姓名、证件、电话查找”，输入完整的一项。登录名可以只输入一部分。',
      },
      {
        title: '停用和恢复',
        text: '停用后登录和令牌立即失效，已有的记录保留；账号不会删除，因为操作记录里有它。',
      },
    ],
  },
  {
    name: 'roles',
    path: '/roles',
    title: '角色',
    group: SYSTEM,
    icon: Avatar,
    permissions: ['users.view'],
    component: () => import('./roles/RolesScreen.vue'),
    help: [
      {
        title: '这里看什么',
        text: '每个角色能做哪些事。角色是系统固定的；给谁、管哪些机构和险种，在用户的详情里授予。',
      },
      {
        title: '三员分立',
        text: '系统管理员、安全管理员、审计员须由三个人分别担任：管系统的不能授权，授权的不能抹去记录，看记录的不能改数据。',
      },
    ],
  },
  {
    name: 'organisations',
    path: '/organisations',
    title: '机构',
    group: SYSTEM,
    icon: OfficeBuilding,
    permissions: ['organisations.view'],
    component: () => import('./organisations/OrganisationsScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '维护地区、经办机构、定点医药机构和院内的院区、科室、病区、医疗组、服务站、人员。数据范围就按这棵树划定：授予某个机构，就能看到它和它下面的全部。',
      },
      {
        title: '变更和停用',
        text: '名称、等级、上级都有起止日期：变更从某一天起生效，以前的单据仍按当时的情况看待。机构不会删除。',
      },
    ],
  },
  {
    name: 'staff',
    path: '/staff',
    title: '医务人员',
    group: SYSTEM,
    icon: Stamp,
    permissions: ['organisations.view'],
    component: () => import('./staff/StaffScreen.vue'),
    help: [
      {
        title: '这里看什么',
        text: '医师、护士、药师、医技人员在哪一天属于哪个科室、有哪些权限。审核按服务当天的权限判断；没有录入的当作未知，不当作没有。',
      },
      {
        title: '按名单同步',
        text: '把人事系统导出的科室表或人员表（xlsx、CSV）拖进来，先看会新增、变更、离开哪些，核对后再同步。离开的人员账号随即停用。',
      },
      {
        title: '谁能改',
        text: '本院的账号管理员维护本院的人员和处方权等权限；医保服务资格和服务协议由经办机构确定。',
      },
    ],
  },
  {
    name: 'account-requests',
    path: '/account-requests',
    title: '账号申请',
    group: SYSTEM,
    icon: Postcard,
    permissions: ['accounts.request'],
    component: () => import('./accounts/AccountRequestsScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '本院人员要用系统，先申请：说明登录名、角色、数据范围和用途。由本院的账号管理员或系统管理员决定，不能批准自己提出的申请。',
      },
      {
        title: '同意以后',
        text: '账号随即建立，并给出一个只能用一次的链接，请转交本人设置口令；别人不会知道口令。系统管理员同意的，角色还要安全管理员授予。',
      },
      {
        title: '申请链接',
        text: '账号管理员可以生成本院的申请链接发给大家，不登录就能申请；链接有期限和份数，凭它看不到任何数据。',
      },
    ],
  },
  {
    name: 'connections',
    path: '/connections',
    title: '医院系统接入',
    group: SYSTEM,
    icon: Connection,
    permissions: ['connections.edit'],
    component: () => import('./connections/ConnectionsScreen.vue'),
    help: [
      {
        title: '怎样接入一家医院',
        text: '按“接入医院”，填定点医药机构编号，保存后把接入账号和密钥交给医院。医院把 3101、3102、3103（开通了病历与检查的，还有 4301 至 4505）发到本系统的 /fsi/api，其他不变。',
      },
      {
        title: '联调、上线、停用',
        text: '联调和上线都能收报文；停用后立即拒绝。变更两秒内生效，不需要重启。',
      },
      {
        title: '密钥丢了怎么办',
        text: '按“变更”再保存一次，会得到新的密钥，原来的随即失效。',
      },
    ],
  },
  {
    name: 'announcements',
    path: '/announcements',
    title: '公告',
    group: SYSTEM,
    icon: Bell,
    permissions: ['announcements.edit'],
    module: 'announcements',
    component: () => import('./announcements/AnnouncementsScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '告诉使用系统的人一件事：停机维护、规则变化、申诉期限。可以只给某些角色，从哪天到哪天自动显示和结束。',
      },
      {
        title: '谁看到、谁看过',
        text: '登录后在页面上方显示，读过的人按“我已阅读”后不再出现；列表里有已读人数。改了标题或正文的，读过的人会再看到一次。选“登录页也显示”的，没有登录的人也看得见，不要写内部的事。',
      },
    ],
  },
  {
    name: 'modules',
    path: '/modules',
    title: '模块',
    group: SYSTEM,
    icon: Grid,
    permissions: ['settings.view'],
    component: () => import('./modules/ModulesScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '本单位用不到的部分可以停用：页面从菜单消失，接口也拒绝；数据都保留，重新启用后照旧。用户、权限、操作记录不能停用。',
      },
      {
        title: '多久生效',
        text: '几秒内全部生效。正在打开那一页的人，下一次操作时会看到“本单位没有启用”。',
      },
    ],
  },
  {
    name: 'parameters',
    path: '/parameters',
    title: '参数',
    group: SYSTEM,
    icon: SetUp,
    permissions: ['settings.view'],
    component: () => import('./parameters/ParametersScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '口令、登录、会话、令牌的规矩，今天各是多少、从哪天起。没有设过的用内置的值。',
      },
      {
        title: '怎样改',
        text: '按“修改参数”，写明从哪天起和原因，提交后由另一个人在“变更复核”里通过才生效；自己不能复核自己提出的。以前的值都留着，“历史”里能看到谁在什么时候为什么改。',
      },
    ],
  },
  {
    name: 'dictionaries',
    path: '/dictionaries',
    title: '字典',
    group: SYSTEM,
    icon: Notebook,
    permissions: ['settings.view'],
    component: () => import('./dictionaries/DictionariesScreen.vue'),
    help: [
      {
        title: '这里看什么',
        text: '国家编码照原样，不能改。本地增加的编码，以及本地编码对应哪个国家编码（编码对照），都注明从哪天起。',
      },
      {
        title: '怎样增加',
        text: '一条一条地增加，或导入表格：先逐行看清是新增、变更还是不能用，再提交。由另一个人复核通过后生效。',
      },
    ],
  },
  {
    name: 'setting-changes',
    path: '/setting-changes',
    title: '变更复核',
    group: SYSTEM,
    icon: DocumentChecked,
    permissions: ['settings.view'],
    component: () => import('./changes/ChangesScreen.vue'),
    help: [
      {
        title: '这里做什么',
        text: '参数和字典的每一项变更：谁提出、为什么、改前改后各是什么。有复核权限的人在这里通过或驳回；提出的人在复核前可以撤回。',
      },
    ],
  },
  {
    name: 'alarms',
    path: '/alarms',
    title: '异常使用',
    group: SYSTEM,
    icon: WarnTriangleFilled,
    permissions: ['alarms.view'],
    component: () => import('./alarms/AlarmsScreen.vue'),
    help: [
      {
        title: '什么会报警',
        text: '一小时内查找、查看完整信息、导出超过阈值，夜间查看或导出，同一登录名或同一地址多次登录失败。都由操作记录算出，打开就能看到背后的每一条。',
      },
      {
        title: '怎样处理',
        text: '来不及查清时，先限制此人查看完整信息和导出，或停用账号，立即生效；查清后写下结论。关于本人的报警由另一位审计员处理。',
      },
    ],
  },
  {
    name: 'trail',
    path: '/trail',
    title: '操作记录',
    group: SYSTEM,
    icon: Clock,
    permissions: ['trail.view'],
    component: () => import('./trail/TrailScreen.vue'),
    help: [
      {
        title: '这里看什么',
        text: '谁在什么时候、从哪里、做了什么：登录、查看个人信息、授权、修改、停用，一条不漏，只增不改。',
      },
      {
        title: '怎样知道没有被改过',
        text: '记录按块封存，每一块都含上一块的校验值。按“校验”会从头核对；服务器上也可以运行 mingcha trail verify。',
      },
    ],
  },
  {
    name: 'me',
    path: '/me',
    title: '个人中心',
    group: OWN,
    icon: UserFilled,
    permissions: ['account.own'],
    component: () => import('./me/MeScreen.vue'),
    help: [
      {
        title: '动态码',
        text: '启用后，登录除口令外还要手机验证器上的 6 位数字。启用时会给出一组恢复码，请存在手机以外的地方，手机丢失时用。',
      },
      {
        title: '角色和数据范围',
        text: '这里只能看。不够用时，请向安全管理员或本院的账号管理员申请。',
      },
    ],
  },
  {
    name: 'tokens',
    path: '/tokens',
    title: 'API 令牌',
    group: OWN,
    icon: Key,
    permissions: ['account.own'],
    module: 'tokens',
    component: () => import('./tokens/TokensScreen.vue'),
    help: [
      {
        title: '令牌是什么',
        text: '程序代您调用接口时用的钥匙：只能做您选定的那部分事，到期自动失效。请求头写 Authorization: Bearer 令牌。',
      },
      {
        title: '怎样保管',
        text: '新建时只显示一次。不要写进代码或发给别人；怀疑泄露时立即撤销，再建一个。',
      },
    ],
  },
  {
    name: 'exports',
    path: '/exports',
    title: '我的导出',
    group: OWN,
    icon: Download,
    permissions: ['lists.export'],
    component: () => import('./exports/ExportsScreen.vue'),
    help: [
      {
        title: '怎样导出',
        text: '各个列表右上方的“导出”，按当时的筛选写成 Excel 或 CSV。在后台进行，可以离开页面；完成时右上角的铃铛会通知您，在这里下载。',
      },
      {
        title: '文件里有什么',
        text: '只有您数据范围内的行；个人信息已遮盖。行数超过一张表能装的，自动分成几张。文件只有您本人能下载，每次导出和下载都记入操作记录。',
      },
    ],
  },
]
