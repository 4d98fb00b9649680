using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GBlend.MLNet;

/// <summary>Fits a member by its trainer.</summary>
/// <param name="member">The member.</param>
/// <param name="modalities">The modalities that it reads.</param>
/// <param name="kind">What is predicted.</param>
internal sealed class MemberFit(Member member, int[] modalities, OutputKind kind) : IMemberTrainer
{
    /// <summary>How often a trainer that is at work learns that it is to stop.</summary>
    private static readonly TimeSpan s_watch = TimeSpan.FromMilliseconds(100);

    public HeadInfo Head => new(member.Name, null) { Reads = modalities };

    /// <summary>The members of the options, over the modalities of a fit.</summary>
    internal static IReadOnlyList<IMemberTrainer> Of(GradientBlendingTrainer.Options options, OutputKind kind) =>
        [.. options.Members.Select(member => new MemberFit(member, ModalitiesOf(member, options.Modalities), kind))];

    /// <summary>The modalities that a member reads, by their place.</summary>
    internal static int[] ModalitiesOf(Member member, IList<Modality> modalities) => member.ColumnNames.Count == 0
        ? [.. modalities.Index().Where(m => m.Item.Kind == ModalityKind.Vector).Select(m => m.Index)]
        : [.. member.ColumnNames.Select(name => modalities.ToList().FindIndex(m => m.ColumnName == name))];

    public IMemberModel Load(byte[] content) => MemberModel.Load(content);

    public IMemberModel Fit(MemberRows rows)
    {
        var targets = rows.All.Targets;
        int[] learning = [.. rows.Learning.Where(row => modalities.All(m => rows.All.Presence?[m]?[row] != false))];
        if (learning.Length == 0)
            throw new InvalidOperationException($"The member '{member.Name}' has no row to learn from: all lack one of the modalities that it reads.");
        var features = new MemberFeatures(modalities, [.. modalities.Select(m => rows.All.Modalities[m].Width)]);
        MemberModel.Part One(Func<int, bool> isYes) => FitYesOrNo(rows, learning, features, isYes);
        MemberModel.Part[] parts = kind switch
        {
            OutputKind.Multiclass => [FitClasses(rows, learning, features)],
            OutputKind.Binary => [One(row => targets.Classes![row] == 1)],
            OutputKind.Regression => [new(FitPart(rows, learning, features, row => targets.Values![row], null), [], 0)],
            _ => [.. Enumerable.Range(0, targets.Outputs).Select(label => One(row => targets.Values![row * targets.Outputs + label] > 0.5f))],
        };
        return new MemberModel(features, kind, targets.Outputs, parts);
    }

    /// <summary>Trainers are given the classes that the rows have: some of ML.NET's take no others.</summary>
    private MemberModel.Part FitClasses(MemberRows rows, int[] learning, MemberFeatures features)
    {
        long[] labels = rows.All.Targets.Classes!;
        int[] classes = [.. learning.Select(row => (int)labels[row]).Distinct().Order()];
        var part = classes.Length == 1 ? null : FitPart(rows, learning, features, row => Array.BinarySearch(classes, (int)labels[row]), classes.Length);
        return new(part, classes, 0);
    }

    private MemberModel.Part FitYesOrNo(MemberRows rows, int[] learning, MemberFeatures features, Func<int, bool> isYes)
    {
        int yes = learning.Count(isYes), no = learning.Length - yes;
        return yes == 0 || no == 0
            ? new(null, [], Math.Log((yes + 0.5) / (no + 0.5)))
            : new(FitPart(rows, learning, features, row => isYes(row) ? 1 : 0, null), [], 0);
    }

    private MemberPart FitPart(MemberRows rows, int[] learning, MemberFeatures features, Func<int, double> label, int? classes)
    {
        var view = new MemberView(rows, learning, features, MemberModel.LabelType(kind, classes ?? 0), label);
        bool hasWeights = view.Schema.GetColumnOrNull(MemberSchema.WeightName) is not null;
        var ml = new MLContext(rows.Seed);
        var said = new HashSet<string>();
        ml.Log += (_, message) =>
        {
            if (message.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Error && said.Add(message.RawMessage))
                rows.Warn($"The member '{member.Name}': {message.RawMessage}");
        };
        try
        {
            using var watch = new Timer(_ => Stop(ml, rows.CheckAlive), null, s_watch, s_watch);
            var trainer = member.Trainer(ml, MemberSchema.LabelName, MemberSchema.FeaturesName, hasWeights ? MemberSchema.WeightName : null)
                ?? throw new InvalidOperationException("its delegate gave null instead of a trainer");
            var part = MemberPart.Of(trainer.Fit(view), view, features.Count, classes);
            if (hasWeights && !view.WeightsWereRead)
                rows.Warn($"The trainer of the member '{member.Name}' did not read how much each row counts: to it all rows count alike. Pass "
                    + "exampleWeightColumnName on to it, if it takes one.");
            return part;
        }
        catch (Exception e) when (e is not (OutOfMemoryException or IOException or UnauthorizedAccessException or DllNotFoundException))
        {
            // What stopped the trainer may be the user, whose exception that is.
            rows.CheckAlive();
            throw new InvalidOperationException($"The member '{member.Name}' could not be fitted: {e.Message.TrimEnd('.')}. Its trainer must be one of "
                + $"ml.{Catalog}, on the label and the features that it is given.", e);
        }
    }

    private string Catalog => kind switch
    {
        OutputKind.Multiclass => nameof(MLContext.MulticlassClassification),
        OutputKind.Regression => nameof(MLContext.Regression),
        _ => nameof(MLContext.BinaryClassification),
    };

    private static void Stop(MLContext ml, Action checkAlive)
    {
        try
        {
            checkAlive();
        }
        catch (Exception)
        {
            // Nobody could catch what a timer throws; the fit throws the same where it checks next.
            ml.CancelExecution();
        }
    }
}
