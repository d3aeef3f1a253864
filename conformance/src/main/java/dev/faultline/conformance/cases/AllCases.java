package dev.faultline.conformance.cases;

import java.util.ArrayList;
import java.util.List;

/** Every case of Linux's userfaultfd, in the order of the semantics. */
public final class AllCases {
    private AllCases() {}

    /** {@return all cases; no two have the same section, name and kind} */
    public static List<Case> list() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(RegisterCases.all());
        cases.addAll(RangeCases.all());
        cases.addAll(FaultCases.all());
        cases.addAll(FillCases.all());
        cases.addAll(ThpCases.all());
        cases.addAll(ArgumentCases.all());
        cases.addAll(HandshakeCases.all());
        cases.addAll(DeliveryCases.all());
        cases.addAll(EventCases.all());
        cases.addAll(AccessCases.all());
        cases.addAll(ScanCases.all());
        cases.addAll(SelftestCases.all());
        cases.addAll(RfcCases.ofMainline());
        return cases;
    }
}
