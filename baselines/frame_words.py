"""Words that point to the dimensions of the Policy Frames Codebook.

The dimensions, and what belongs to each, are those of Boydstun, Card, Gross, Resnik and Smith, "Tracking the
Development of Media Frames within and across Policy Issues" (2014); the words are our own, chosen from those
descriptions. In the lists a word that ends in * stands for all words that begin so, and _ for the space or
hyphen in a phrase. A word may point to two dimensions. `Other` has no words: it is what is left where nothing
points anywhere.
"""

from __future__ import annotations

OTHER = "Other"

FRAME_WORDS: dict[str, str] = {
    "Economic": """
        econom* financ* fiscal money monetary budget* tax taxes taxed taxation taxpayer* cost costs costly
        price* pricing wage* salar* income* job jobs jobless unemploy* employment employer* trade trading
        tariff* export* import imports importer* market markets stock* invest* investor* bank banks banking
        debt* deficit* surplus inflation* currenc* dollar dollars euro euros pound pounds industry
        industries industrial business businesses compan* profit* revenue* subsid* loan loans credit growth
        recession bankrupt* poverty wealth* billion billions million millions gdp consumer* customer* sales
        sold purchase* buyer* seller* manufactur* firm firms insurance pension* commerc* contract contracts
        fund funds funded funding afford* expens* cheap* rent rents mortgage*
    """,
    "Capacity_and_Resources": """
        capacit* resource* shortage* shortfall* scarc* lack lacks lacked lacking suppl* stockpile*
        infrastructure* logistic* staff staffing understaffed personnel manpower workforce equipment
        facilit* overcrowd* overwhelm* overstretch* backlog* bottleneck* capable capabilit* production*
        produce produces produced productivity output fleet* inventory delivery deliveries delivered energy
        oil gas electricity water fuel pipeline* reserve reserves technolog* expertise know_how engineer*
        upgrade* moderni* outdated insufficient inadequate ill_equipped self_sufficient self_sufficiency
        depend* relian* availab* beds trained training
    """,
    "Morality": """
        moral* immoral* ethic* unethical sin sins sinful evil sacred holy god godly religio* faith church*
        mosque* christian* muslim* jewish bible biblical quran sanctity conscience duty duties honour honor
        honourable honorable dishono* shame* disgrace* virtue* righteous* wicked* compassion* humanitarian
        humane inhuman* mercy forgiv* responsib* principle* principled dignity cruel* barbari* atrocit*
        decency indecen* blasphem* prayer* pray priest* pope
    """,
    "Fairness_and_Equality": """
        fair fairly fairness unfair* equal equals equally equality unequal inequal* equit* inequit*
        discriminat* racis* sexis* bias biased prejudic* bigot* disparit* segregat* minorit* disadvantag*
        privileg* marginali* exclusion inclusion inclusive oppress* underrepresent* double_standard
        double_standards gender women's_rights gay transgender apartheid even_handed favoritism favouritism
        balanced distribution redistribut* disproportion* stereotyp* deserve*
    """,
    "Legality_Constitutionality_Jurisdiction": """
        law laws lawful* unlawful* legal* illegal* constitution* unconstitution* court courts judge judges
        judicia* jurisdiction* statut* ruling rulings ruled lawsuit* sue sued suing litigat* legislat*
        amendment* rights freedom freedoms libert* treaty treaties sovereign* supreme_court high_court
        attorney* lawyer* prosecutor justice appeal appeals appealed verdict* injunction* plaintiff*
        defendant* legitima* illegitima* violation* violate* international_law convention conventions ban
        bans banned patent* copyright precedent* authority mandate* tribunal* extradit* warrant warrants
        overturn* upheld
    """,
    "Policy_Prescription_and_Evaluation": """
        policy policies policymak* reform* regulat* deregulat* proposal* propose proposes proposed measure
        measures plan plans planned programme* program programs initiative* strateg* implement* effective*
        ineffective* solution* solve* bill bills rule rules guideline* directive* framework* overhaul*
        repeal* enact* failed failure failures succeed* success* recommend* evaluat* assess* review reviews
        reviewed roadmap* agenda legislation alternative* option options
    """,
    "Crime_and_Punishment": """
        crime* criminal* arrest* jail* prison* imprison* sentenc* convict* guilt* innocen* murder* homicide*
        manslaughter kill killed killing killings killer* rape* rapist* robb* theft thief thieves steal
        stealing stolen burglar* fraud* corrupt* brib* smuggl* traffick* gang gangs police* officer officers
        detain* detention detective* prosecut* indict* charge charges charged trial trials jury juries
        suspect suspects suspected punish* penalt* fines fined execution execute* death_penalty parole
        probation inmate* felon* offender* offence* offense* victim* assault* shooting* gunman gunmen
        perpetrator* forensic* launder* vandal* lawless* execut* massacre*
    """,
    "Security_and_Defense": """
        security defence defense defend* military militar* militia* army armies navy naval air_force troop*
        soldier* weapon* missile* drone* warhead* nuclear bomb bombs bombing* bomber* tank tanks fighter*
        jet jets warplane* warship* submarine* artillery arms arsenal ammunition war wars warfare wartime
        battle* combat* conflict* attack* invasion* invade* invading strike strikes airstrike* terror*
        extremis* jihad* insurgen* rebel rebels militant* guerrilla* border borders threat* enemy enemies
        hostil* ceasefire* peacekeep* nato alliance* allied intelligence espionage spy spies spying
        cyberattack* hacker* sabotage* siege* offensive* deploy* commander* pentagon deterren* retaliat*
        hostage* homeland surveillance coup coups
    """,
    "Health_and_Safety": """
        health* unhealthy hospital* doctor* nurse* medic* medicine* patient* disease* illness* ill sick*
        infect* virus* epidemic* pandemic* vaccin* drug drugs addict* treatment* therap* surger* surgeon*
        cancer* diabet* mental* suicid* injur* wound* casualt* death deaths died dead fatal* safe safely
        safety unsafe danger* hazard* risk* toxic* poison* pollut* contaminat* accident* crash* earthquake*
        flood* disaster* emergenc* rescue* ambulance* sanitation hygiene nutrition obes* smok* tobacco
        disab* famine* starv* malnutrition radiation
    """,
    "Quality_of_Life": """
        daily_life everyday quality_of_life standard_of_living living_conditions lifestyle* comfort*
        happiness happy well_being wellbeing leisure convenience inconvenien* commut* traffic neighbourhood*
        neighborhood* housing home homes homeless* household* family families child children parent parents
        mother mothers father fathers school schools schooling pupil* student* teacher* education* childcare
        community communit* villager* displaced displacement refugee* hardship* suffer* livelihood* shelter*
        tent tents loneliness retire* elderly transport* hobby hobbies park parks noise noisy hunger hungry
        blackout* power_cut power_cuts
    """,
    "Cultural_Identity": """
        cultur* tradition* heritage identit* ethnic* national_identity nationalis* patriot* language
        languages custom customs histor* ancest* immigrant* migrant* assimilat* integrat* multicultural*
        divers* folklore festival* ceremon* celebrat* holiday holidays music* song songs movie* art arts
        artist* novel novels museum* literature poet* poem* cuisine fashion sport sports athlete* olympic*
        football* soccer celebrit* actor* actress* singer* generation* civili* flag flags anthem* homeland
        hollywood tribe* tribal indigenous
    """,
    "Public_Sentiment": """
        public_opinion opinion_poll opinion_polls poll polls polled polling pollster* survey surveys
        surveyed respondent* protest* demonstrat* rally rallies rallied marched marchers petition* boycott*
        crowd crowds activis* campaigner* grassroots popular popularity unpopular* outrage* anger angry
        backlash* outcry uproar support supporters supporter sympath* approval disapprov* sentiment*
        public_mood majority_of_people voter voters citizens ordinary_people masses social_media hashtag*
        riot riots rioting unrest dissent* cheer cheered applaud* opinion opinions referendum*
    """,
    "Political": """
        politic* election* elected electoral elect vote votes voted voting ballot* campaign* candidate*
        party parties partisan* bipartisan* democrat* republican* conservative* liberal* labour socialist*
        communis* left_wing right_wing parliament* congress* senate senator* lawmaker* legislator*
        legislature president presidents presidential presidency prime_minister minister ministers ministry
        cabinet government* coalition* opposition administration* governor* mayor* white_house kremlin
        lobby* veto* filibuster* inaugurat* incumbent* leadership leader leaders ruling_party impeach*
        primary primaries caucus* rhetoric dictator* regime regimes autocra* authoritarian* democracy
        democracies power_sharing statesm*
    """,
    "External_Regulation_and_Reputation": """
        international* foreign* diplomat* ambassador* embass* united_nations un eu european_union bilateral
        multilateral global* worldwide abroad overseas ally allies sanction* embargo* summit* negotiat*
        talks agreement* accord accords pact pacts relations relationship tension tensions neighbouring
        neighboring neighbour neighbours neighbor neighbors superpower* geopolitic* reputation* image
        prestige credib* condemn* isolat* partner partners partnership* cooperat* co_operation co_operate
        mediat* mediation intervene* intervention* ban influence regional_power rival rivals rivalry
        transatlantic outside_world foreign_policy western
    """,
}
"""Words of each dimension, in the order of the codebook, separated by white space."""
