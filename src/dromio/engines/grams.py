"""How common short runs of characters are in names and addresses: an order for filters that look at rare ones.

The order is fixed, so codes made today meet codes made tomorrow. It only decides how many texts meet in vain: a filter
that takes the rarest is exact in any order.
"""

from __future__ import annotations

_COMMON = (
    "__s__c__b__m__jon___a__h__w__r__g__p__ter___d__l_ma__e_stan___filles___kson"
    "rd__joelley_ll_ton__nharcha_chberen_am_lliry__wiardel__ha_br_ro_jaie_ingwil"
    "ne__baertmar_careeleylia_co_beet_rt_man_heand_alieliamth_arl_grricle_st__da"
    "ck_trejohohnartterallia__paherthohn__wa_fr_mi_geng_streetick__vich_cr_je_mo"
    "_this_in_ld_hamce_na_ah__anas__saste_shjam_lales__oge_robllelinameordforfre"
    "ranthelan_elhensto_hont_derrleredte_arr_buorgrthanners_pella_si_riwarmasett"
    "_argeoay_mes__zeorbar_rehomresackhanort_bo_edrinenttt_risobe_le__iarkeri_cl"
    "chebrowelly_ke_ineeliennrieomans_ainburlarron_lokinra_carlac_tond_att_dous_"
)
"""The 200 commonest trigrams of names and addresses in English-speaking countries, commonest first; `_` is a blank."""
_PLACE = {_COMMON[at : at + 3].replace("_", " "): at for at in range(0, len(_COMMON), 3)}
_TENTH_BITS = dict(
    zip(
        "eanroiltsdhmcyugkbwpvfjzxq ",
        (33, 34, 38, 38, 39, 40, 41, 43, 44, 48, 50, 50, 52, 53, 53, 57, 57, 58, 60, 63, 66, 68, 72, 75, 90, 99, 30),
        strict=True,
    )
)
"""How rare letters are in names, in tenths of a bit."""
_DIGIT, _OTHER = 55, 80


def commonness(gram: str) -> tuple[int, int, str]:
    """What puts grams in order, rarest first: letters that are rare together, then the common trigrams."""
    place = _PLACE.get(gram)
    if place is not None:
        return 1, -place, gram
    counted = gram[1:] if gram.startswith("  ") else gram
    return 0, -sum(_bits(letter) for letter in counted), gram


def _bits(letter: str) -> int:
    known = _TENTH_BITS.get(letter)
    if known is not None:
        return known
    return _DIGIT if letter.isdecimal() else _OTHER
