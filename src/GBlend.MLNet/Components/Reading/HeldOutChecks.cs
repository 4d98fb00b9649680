namespace GBlend.MLNet;

/// <summary>Checks of how rows were divided into training and held-out rows.</summary>
internal static class HeldOutChecks
{
    private const int MostNames = 10;

    /// <summary>Refuses a division that can't be trained on and warns of one that trains badly.</summary>
    /// <param name="targets">The labels of all rows.</param>
    /// <param name="heldOut">Per row.</param>
    /// <param name="label">Names the classes.</param>
    /// <param name="need">What needs held-out rows, in words; <see langword="null"/> when nothing does.</param>
    /// <param name="host">Receives the warnings.</param>
    /// <exception cref="InvalidOperationException">A class has held-out rows only, or rows are needed that are not there.</exception>
    internal static void Check(TrainingTargets targets, bool[] heldOut, LabelInfo label, string? need, ITrainingHost host)
    {
        bool holdsOut = heldOut.Contains(true);
        if (!holdsOut && need is not null)
            throw new InvalidOperationException($"{need} needs held-out rows, but none could be held out of {heldOut.Length} rows. Use more rows, a larger ValidationFraction or a HoldOutColumnName.");
        if (targets.Classes is null)
            return;
        var training = CountByClass(targets, heldOut, isHeldOut: false);
        var kept = CountByClass(targets, heldOut, isHeldOut: true);
        RefuseClassesWithoutTrainingRows(training, kept, label);
        WarnOf(host, label, c => training[c] + kept[c] == 0,
            $"The label column '{label.Column}' declares classes that no row has; the model will never predict them");
        if (holdsOut)
        {
            WarnOf(host, label, c => training[c] > 0 && kept[c] == 0,
                "The held-out rows lack classes, so that they say nothing about them (a larger ValidationFraction or more rows of these classes would help)");
        }
    }

    private static void RefuseClassesWithoutTrainingRows(int[] training, int[] heldOut, LabelInfo label)
    {
        int lost = Array.FindIndex(training, rows => rows == 0);
        while (lost >= 0 && heldOut[lost] == 0)
            lost = Array.FindIndex(training, lost + 1, rows => rows == 0);
        if (lost >= 0)
        {
            throw new InvalidOperationException($"The class '{label.NameOf(lost)}' of label column '{label.Column}' has {heldOut[lost]} held-out row{(heldOut[lost] == 1 ? "" : "s")} but no training row, so it can't be learned. "
                + "Hold out fewer of its rows, or remove the class.");
        }
    }

    private static void WarnOf(ITrainingHost host, LabelInfo label, Func<int, bool> isConcerned, string message)
    {
        int[] classes = [.. Enumerable.Range(0, label.Outputs).Where(isConcerned)];
        if (classes.Length == 0)
            return;
        var names = string.Join(", ", classes.Take(MostNames).Select(c => $"'{label.NameOf(c)}'"));
        host.Warning($"{message}: {names}{(classes.Length > MostNames ? $" and {classes.Length - MostNames} more" : "")}.");
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
