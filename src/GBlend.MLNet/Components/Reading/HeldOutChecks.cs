using System.Globalization;

namespace GBlend.MLNet;

/// <summary>Checks of how rows were divided into training and held-out rows.</summary>
internal static class HeldOutChecks
{
    private const int MostNames = 10;

    /// <summary>With fewer rows of a class, what is measured of it is mostly chance.</summary>
    private const int Few = 10;

    /// <summary>Refuses a division that can't be trained on and warns of one that trains badly.</summary>
    /// <param name="targets">The labels of all rows.</param>
    /// <param name="heldOut">Per row.</param>
    /// <param name="folds">Per row its fold; <see langword="null"/> where rows are held out once.</param>
    /// <param name="label">Names the classes.</param>
    /// <param name="need">What needs held-out rows, in words; <see langword="null"/> when nothing does.</param>
    /// <param name="needOfEveryClass">What needs held-out rows of every class, in words; <see langword="null"/> when nothing does.</param>
    /// <param name="host">Receives the warnings.</param>
    /// <exception cref="InvalidOperationException">A class has held-out rows only, or held-out rows are needed that are not there.</exception>
    internal static void Check(
        TrainingTargets targets, bool[] heldOut, int[]? folds, LabelInfo label, string? need, string? needOfEveryClass, ITrainingHost host)
    {
        // In folds, a row that is held out once is trained on all the same.
        bool[] isMeasured = folds is null ? heldOut : [.. folds.Select(f => f != TrainingRows.NoFold)];
        bool holdsOut = isMeasured.Contains(true);
        if (!holdsOut && need is not null)
            throw new InvalidOperationException($"{need} needs held-out rows, but none could be held out of {heldOut.Length} rows. Use more rows, a larger "
                + $"ValidationFraction or a HoldOutColumnName.");
        if (targets.Classes is null)
            return;
        var training = CountByClass(targets, heldOut, isHeldOut: false);
        var kept = CountByClass(targets, isMeasured, isHeldOut: true);
        RefuseClassesWithoutTrainingRows(training, kept, label);
        string unused = NamesOf(label, c => training[c] + kept[c] == 0);
        if (unused.Length > 0)
            host.Warning(
                $"The label column '{label.Column}' declares classes that no row of a weight above 0 has, so that the model learns nothing of them: {unused}.");
        if (holdsOut)
        {
            string lacking = NamesOf(label, c => training[c] > 0 && kept[c] == 0);
            if (lacking.Length > 0 && needOfEveryClass is not null)
                throw new InvalidOperationException(
                    $"{needOfEveryClass} needs held-out rows of every class, but none is of {lacking} (label column '{label.Column}'). A class needs two rows "
                    + $"or more, with a sampling key in two keys or more: add rows or remove the class, or choose other keys, a larger ValidationFraction or "
                    + $"another HoldOutColumnName.");
            string few = NamesOf(label, c => kept[c] is > 0 and < Few), ofFew = $"fewer than {Few} held-out rows, so that these say little about them: {few}.";
            if (lacking.Length > 0)
                host.Warning($"The held-out rows lack classes, so that they say nothing about them: {lacking}. A larger ValidationFraction or more rows of "
                    + $"these classes would hold some out.{(few.Length > 0 ? $" Other classes have {ofFew}" : "")}");
            else if (few.Length > 0)
                host.Warning($"Classes have {ofFew} A larger ValidationFraction, Blending.Folds or more rows of these classes would say more.");
        }
    }

    /// <summary>Says how many rows are held out, and why, where that is not what the fraction asks for.</summary>
    /// <param name="heldOut">Per row, as it was drawn.</param>
    /// <param name="fraction">The share that was asked for.</param>
    /// <param name="groupColumn">The sampling key column; <see langword="null"/> without one.</param>
    /// <param name="needOfEveryClass">What needs held-out rows of every class, in words; <see langword="null"/> when nothing does.</param>
    /// <param name="host">Receives the message, which is a warning where half as many rows again are held out.</param>
    internal static void SayShare(bool[] heldOut, double fraction, string? groupColumn, string? needOfEveryClass, ITrainingHost host)
    {
        int kept = heldOut.Count(isHeldOut => isHeldOut), wanted = fraction == 0 ? 0 : HoldOut.Wanted(heldOut.Length, fraction);
        if (kept == wanted)
            return;
        string why = kept < wanted ? "every class keeps a row to train on"
            : needOfEveryClass is not null ? $"{needOfEveryClass} needs held-out rows of every class"
            : "fewer groups would be further from it";
        if (groupColumn is not null)
            why = $"rows of one value of '{groupColumn}' stay together, and {why}";
        string message = string.Create(CultureInfo.InvariantCulture, $"{kept} of {heldOut.Length} rows ({100.0 * kept / heldOut.Length:0.#} %) are held out, "
            + $"where ValidationFraction = {fraction} asks for {wanted}: {why}.");
        if (kept > 1.5 * wanted + 1)
            host.Warning(message);
        else
            host.Info(message);
    }

    /// <summary>Rows of one group on both sides make learning a group by heart look like generalizing.</summary>
    internal static void WarnOfSharedGroups(int[] groups, bool[] heldOut, string column, ITrainingHost host)
    {
        var training = groups.Where((_, row) => !heldOut[row]).ToHashSet();
        var kept = groups.Where((_, row) => heldOut[row]).ToHashSet();
        int shared = kept.Count(training.Contains);
        if (shared > 0)
        {
            host.Warning($"{shared} of the {kept.Count} values of the sampling key column '{column}' that are held out are in training rows too, so that the "
                + $"held-out rows don't show how the model does on values it has not met. "
                + "Hold out whole values: clear HoldOutColumnName, or correct the column.");
        }
    }

    private static void RefuseClassesWithoutTrainingRows(int[] training, int[] heldOut, LabelInfo label)
    {
        int lost = Array.FindIndex(training, rows => rows == 0);
        while (lost >= 0 && heldOut[lost] == 0)
            lost = Array.FindIndex(training, lost + 1, rows => rows == 0);
        if (lost >= 0)
        {
            throw new InvalidOperationException($"The class '{label.NameOf(lost)}' of label column '{label.Column}' has {heldOut[lost]} held-out "
                + $"row{(heldOut[lost] == 1 ? "" : "s")} but no training row, so it can't be learned. "
                + "Hold out fewer of its rows, or remove the class.");
        }
    }

    /// <summary>The classes concerned in words; empty when there are none.</summary>
    private static string NamesOf(LabelInfo label, Func<int, bool> isConcerned)
    {
        int[] classes = [.. Enumerable.Range(0, label.Outputs).Where(isConcerned)];
        var names = string.Join(", ", classes.Take(MostNames).Select(c => $"'{label.NameOf(c)}'"));
        return classes.Length > MostNames ? $"{names} and {classes.Length - MostNames} more" : names;
    }

    private static int[] CountByClass(TrainingTargets targets, bool[] heldOut, bool isHeldOut)
    {
        var counts = new int[targets.Outputs];
        for (int row = 0; row < heldOut.Length; row++)
        {
            if (heldOut[row] == isHeldOut)
                counts[targets.Classes![row]]++;
        }
        return counts;
    }
}
