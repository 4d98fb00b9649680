using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Text;

namespace GBlend.MLNet.Tables;

/// <summary>What is made of a table: the steps that turn its columns into modalities, the modalities, and the label.</summary>
internal sealed class TablePlan
{
    /// <summary>The column of the label as the trainer reads it.</summary>
    internal const string Label = "TrainerLabel";

    /// <summary>The column of the predicted class as a key, which metrics read.</summary>
    internal const string PredictedKey = "PredictedKey";

    private const string Numbers = "Numbers";

    /// <summary>Numbers of text features, all rows together, above which fewer n-grams are counted.</summary>
    private const long MostTextNumbers = 50_000_000;

    private const int MostNgrams = 3000, FewestNgrams = 100, ClipSide = 56, ClipFrames = 8;

    /// <summary>With less time than this, pictures are seen at half the size, which takes a quarter of the time.</summary>
    private static readonly TimeSpan s_timeForPictures = TimeSpan.FromMinutes(10);

    private readonly MLContext _ml;
    private readonly MultiModalTable _table;
    private readonly int _pictureSide;
    private readonly List<PlanStep> _steps = [];
    private readonly List<Modality> _modalities = [];

    private TablePlan(MLContext ml, MultiModalTable table, TableColumn label, TableTask task, int pictureSide) =>
        (_ml, _table, LabelColumn, Task, _pictureSide) = (ml, table, label, task, pictureSide);

    internal TableColumn LabelColumn { get; }

    internal TableTask Task { get; }

    /// <summary>The step that makes the label.</summary>
    internal PlanStep LabelStep => _steps[0];

    /// <summary>The steps that make the modalities; those that open files come last.</summary>
    internal IEnumerable<PlanStep> FeatureSteps => _steps.Skip(1);

    internal IReadOnlyList<Modality> Modalities => _modalities;

    /// <summary>Whether rows may lack a modality.</summary>
    internal bool OpensFiles => _steps.Any(s => s.Scoring is not null);

    /// <param name="ml">The context.</param>
    /// <param name="table">The table.</param>
    /// <param name="label">The name of the label's column.</param>
    /// <param name="task">The task; <see langword="null"/> for the one that the label's values say.</param>
    /// <param name="notFeatures">Columns that are no features.</param>
    /// <param name="rows">The number of rows, if it is known.</param>
    /// <param name="time">The time that the fit may take; <see langword="null"/> without a limit.</param>
    /// <exception cref="ArgumentException">The label can't be learned, or no column is left to learn from.</exception>
    internal static TablePlan Create(
        MLContext ml, MultiModalTable table, string label, TableTask? task, IReadOnlyCollection<string> notFeatures, long? rows, TimeSpan? time)
    {
        var column = table.Column(label);
        var plan = new TablePlan(ml, table, column, task ?? TaskOf(table, column), time < s_timeForPictures ? 32 : 64);
        plan.AddLabel();
        TableColumn[] features = [.. table.Columns.Where(c => c.Name != label && !notFeatures.Contains(c.Name))];
        plan.AddNumbers([.. features.Where(c => c.Kind is ColumnKind.Number or ColumnKind.Category or ColumnKind.Date)]);
        foreach (var vector in features.Where(c => c.Kind == ColumnKind.Vector))
            plan.AddVector(vector);
        TableColumn[] texts = [.. features.Where(c => c.Kind == ColumnKind.Text)];
        foreach (var text in texts)
            plan.AddText(text, (int)Math.Clamp(MostTextNumbers / Math.Max(1, (rows ?? 10_000) * texts.Length), FewestNgrams, MostNgrams));
        foreach (var media in features.Where(c => c.Kind is ColumnKind.Image or ColumnKind.Video or ColumnKind.Sound))
            plan.AddMedia(media);
        if (plan._modalities.Count == 0)
            throw new ArgumentException($"No column is left to learn from:\n{table}", nameof(table));
        return plan;
    }

    /// <summary>The options of the trainer, before anything is swept.</summary>
    internal GradientBlendingTrainer.Options TrainerOptions(int seed, string? samplingKey)
    {
        var options = new GradientBlendingTrainer.Options
        {
            LabelColumnName = Label,
            Seed = seed,
            SamplingKeyColumnName = samplingKey,
        };
        foreach (var modality in _modalities)
            options.Modalities.Add(modality);
        if (OpensFiles && _modalities.Count > 1)
            options.MissingValues = MissingValues.LeaveOutModality;
        return options;
    }

    /// <summary>The rows that have a label.</summary>
    internal static IDataView WithLabels(MLContext ml, IDataView rows, TableTask task) =>
        task is TableTask.Multiclass or TableTask.Regression ? ml.Data.FilterRowsByMissingValues(rows, Label) : rows;

    private static TableTask TaskOf(MultiModalTable table, TableColumn label)
    {
        const int MostWholeClasses = 20;
        var type = table.Data.Schema[label.Name].Type;
        if (type is BooleanDataViewType)
            return TableTask.Binary;
        if (type is VectorDataViewType)
            return TableTask.MultiLabel;
        bool isNumber = label.Kind == ColumnKind.Number || (label.Kind == ColumnKind.LeftOut && label.Why == "a running number");
        return isNumber && !(label.IsWhole && label.Distinct <= MostWholeClasses) ? TableTask.Regression : TableTask.Multiclass;
    }

    private void Add(string code, IEstimator<ITransformer> estimator) => _steps.Add(new(code, estimator));

    private void AddLabel()
    {
        var (label, name) = (LabelColumn, LabelColumn.Name);
        if (Task is TableTask.Multiclass or TableTask.Binary)
        {
            if (label.Distinct == 1)
                throw new ArgumentException($"The label column '{name}' has the same value in all rows, so that there is nothing to learn.", nameof(label));
            if (label.Kind != ColumnKind.Category && label.Distinct > 1 && label.Distinct == label.Values && label.Values > 2)
                throw new ArgumentException(
                    $"The label column '{name}' has a value of its own in each of {label.Values} rows, so that no class has two rows. Take "
                    + "another column, or set Task = TableTask.Regression if it is a number.", nameof(label));
        }
        switch (Task)
        {
            case TableTask.Multiclass:
                Add($"ml.Transforms.Conversion.MapValueToKey({Text(Label)}, {Text(name)})", _ml.Transforms.Conversion.MapValueToKey(Label, name));
                break;
            case TableTask.Binary when label.IsText:
                Convert(name, Label, DataKind.Boolean);
                break;
            case TableTask.Regression:
                Convert(name, Label, DataKind.Single);
                break;
            default:
                Add($"ml.Transforms.CopyColumns({Text(Label)}, {Text(name)})", _ml.Transforms.CopyColumns(Label, name));
                break;
        }
    }

    private void Convert(string from, string to, DataKind kind) => Add(
        $"ml.Transforms.Conversion.ConvertType({Text(to)}, {Text(from)}, DataKind.{kind})", _ml.Transforms.Conversion.ConvertType(to, from, kind));

    /// <summary>Numbers, dates and categories together are one modality.</summary>
    private void AddNumbers(TableColumn[] columns)
    {
        if (columns.Length == 0)
            return;
        static string Part(TableColumn column) => $"{Numbers}.{column.Name}";
        TableColumn[] categories = [.. columns.Where(c => c.Kind == ColumnKind.Category)], dates = [.. columns.Where(c => c.Kind == ColumnKind.Date)];
        TableColumn[] numbers = [.. columns.Where(c => c.Kind == ColumnKind.Number)];
        string[] missing = [.. columns.Where(c => c.Missing > 0 && c.Kind != ColumnKind.Category).Select(Part)];
        if (categories.Length > 0)
        {
            string most = ColumnInference.MostCategories.ToString(CultureInfo.InvariantCulture);
            var (pairs, code) = Pairs(categories, Part);
            Add($"ml.Transforms.Categorical.OneHotEncoding({code}, maximumNumberOfKeys: {most})",
                _ml.Transforms.Categorical.OneHotEncoding(pairs, maximumNumberOfKeys: ColumnInference.MostCategories));
        }
        Convert(dates, Part, DataKind.DateTime);
        ConvertInPlace([.. dates.Select(Part)], DataKind.Double);
        if (dates.Length > 0)
            NormalizeInPlace([.. dates.Select(Part)]);
        ConvertInPlace([.. dates.Select(Part)], DataKind.Single);
        Convert(numbers, Part, DataKind.Single);
        if (missing.Length > 0)
        {
            string[] flags = [.. missing.Select(part => $"{part}.Missing")];
            var (pairs, code) = Pairs(flags, missing);
            Add($"ml.Transforms.IndicateMissingValues({code})", _ml.Transforms.IndicateMissingValues(pairs));
            ConvertInPlace(flags, DataKind.Single);
            (pairs, code) = Pairs(missing, missing);
            Add($"ml.Transforms.ReplaceMissingValues({code}, MissingValueReplacingEstimator.ReplacementMode.Mean)",
                _ml.Transforms.ReplaceMissingValues(pairs, MissingValueReplacingEstimator.ReplacementMode.Mean));
            missing = flags;
        }
        string[] parts = [.. columns.Select(Part), .. missing];
        Add($"ml.Transforms.Concatenate({Text(Numbers)}, {string.Join(", ", parts.Select(Text))})", _ml.Transforms.Concatenate(Numbers, parts));
        Add($"ml.Transforms.NormalizeMeanVariance({Text(Numbers)}, fixZero: false)", _ml.Transforms.NormalizeMeanVariance(Numbers, fixZero: false));
        _modalities.Add(Modality.Vector(Numbers));
    }

    private void Convert(TableColumn[] columns, Func<TableColumn, string> part, DataKind kind) =>
        Convert([.. columns.Select(part)], [.. columns.Select(c => c.Name)], kind);

    private void ConvertInPlace(string[] columns, DataKind kind) => Convert(columns, columns, kind);

    private void Convert(string[] outputs, string[] inputs, DataKind kind)
    {
        if (outputs.Length == 0)
            return;
        var (pairs, code) = Pairs(outputs, inputs);
        Add($"ml.Transforms.Conversion.ConvertType({code}, DataKind.{kind})", _ml.Transforms.Conversion.ConvertType(pairs, kind));
    }

    private void NormalizeInPlace(string[] columns)
    {
        var (pairs, code) = Pairs(columns, columns);
        Add($"ml.Transforms.NormalizeMeanVariance({code}, fixZero: false)", _ml.Transforms.NormalizeMeanVariance(pairs, fixZero: false));
    }

    private static (InputOutputColumnPair[] Pairs, string Code) Pairs(TableColumn[] columns, Func<TableColumn, string> part) =>
        Pairs([.. columns.Select(part)], [.. columns.Select(c => c.Name)]);

    private static (InputOutputColumnPair[] Pairs, string Code) Pairs(string[] outputs, string[] inputs)
    {
        var pairs = outputs.Zip(inputs).ToArray();
        return ([.. pairs.Select(p => new InputOutputColumnPair(p.First, p.Second))],
            $"[{string.Join(", ", pairs.Select(p => $"new InputOutputColumnPair({Text(p.First)}, {Text(p.Second)})"))}]");
    }

    private void AddVector(TableColumn column)
    {
        string name = $"Vector.{column.Name}";
        Convert(column.Name, name, DataKind.Single);
        Add($"ml.Transforms.ReplaceMissingValues({Text(name)}, replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean)",
            _ml.Transforms.ReplaceMissingValues(name, replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean));
        Add($"ml.Transforms.NormalizeMeanVariance({Text(name)}, fixZero: false)", _ml.Transforms.NormalizeMeanVariance(name, fixZero: false));
        _modalities.Add(Modality.Vector(name));
    }

    private void AddText(TableColumn column, int ngrams)
    {
        string name = $"Text.{column.Name}", count = ngrams.ToString(CultureInfo.InvariantCulture);
        string options = $"new TextFeaturizingEstimator.Options {{ CharFeatureExtractor = null, WordFeatureExtractor = new WordBagEstimator.Options "
            + $"{{ NgramLength = 2, UseAllLengths = true, MaximumNgramsCount = [{count}, {count}], Weighting = "
                + $"NgramExtractingEstimator.WeightingCriteria.TfIdf }} }}";
        Add($"ml.Transforms.Text.FeaturizeText({Text(name)}, {options}, {Text(column.Name)})",
            _ml.Transforms.Text.FeaturizeText(name, new TextFeaturizingEstimator.Options
            {
                CharFeatureExtractor = null,
                WordFeatureExtractor = new WordBagEstimator.Options
                {
                    NgramLength = 2,
                    UseAllLengths = true,
                    MaximumNgramsCount = [ngrams, ngrams],
                    Weighting = NgramExtractingEstimator.WeightingCriteria.TfIdf,
                },
            }, column.Name));
        _modalities.Add(Modality.Vector(name));
    }

    /// <summary>Rows without the file are left out of the training, and scored by what is left of them.</summary>
    private void AddMedia(TableColumn column)
    {
        string name = $"{column.Kind}.{column.Name}", from = column.Name;
        string common = $"Folder = {Text(_table.Folder)}, OnBadMedia = OnBadMedia.Skip";
        (string call, string options, Func<OnBadMedia, IEstimator<ITransformer>> create, var modality) = column.Kind switch
        {
            ColumnKind.Image => ("LoadImage", $"new ImageOptions {{ Height = {_pictureSide}, Width = {_pictureSide}, {common} }}",
                bad => _ml.Transforms.LoadImage(name, from, Common(new ImageOptions { Height = _pictureSide, Width = _pictureSide }, bad)),
                Modality.Image(name, Encoders.ImageResNet(18, 0.25))),
            ColumnKind.Video => ("LoadVideoClip", $"new VideoClipOptions {{ FrameCount = {ClipFrames}, Height = {ClipSide}, Width = {ClipSide}, "
                + $"ShortVideo = ShortVideo.HoldLastFrame, {common} }}",
                bad => _ml.Transforms.LoadVideoClip(name, from, Common(
                    new VideoClipOptions { FrameCount = ClipFrames, Height = ClipSide, Width = ClipSide, ShortVideo = ShortVideo.HoldLastFrame }, bad)),
                Modality.Video(name)),
            _ => ("LoadAudioLogMel", $"new LogMelOptions {{ {common} }}", (Func<OnBadMedia, IEstimator<ITransformer>>)(
                bad => _ml.Transforms.LoadAudioLogMel(name, from, Common(new LogMelOptions(), bad))), Modality.Audio(name)),
        };
        _steps.Add(new($"ml.Transforms.{call}({Text(name)}, {Text(from)}, {options})", create(OnBadMedia.Skip)) { Scoring = create(OnBadMedia.Missing) });
        _modalities.Add(modality);
    }

    private T Common<T>(T options, OnBadMedia bad) where T : MediaFileOptions
    {
        (options.Folder, options.OnBadMedia) = (_table.Folder, bad);
        return options;
    }

    private static string Text(string value) => "\"" + value.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
}
