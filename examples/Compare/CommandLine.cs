namespace Compare;

/// <summary>What the user asked for.</summary>
internal sealed class CommandLine
{
    public static string Help => $"""
        Runs any list of methods on any list of data sets, each with the same search for its learning rate, and compares them.

        usage: dotnet run -c Release --project examples/Compare -- [options]

          --data FOLDER...      folders with labels.csv (Label, Split = train/valid/test) and one numeric CSV per modality, rows in the
                                same order; the valid rows are held out of training, choose the rates and fit the pools, but for methods that
                                are cross-fitted, which learn from them too (a further column of labels.csv keeps its rows in one fold)
          --generated NAME...   generated sets: {string.Join(", ", GeneratedSets.Names)} (without --data: all)
          --methods A,B,...     {string.Join(", ", Recipe.All.Select(r => r.Name).Take(9))},
                                {string.Join(", ", Recipe.All.Select(r => r.Name).Skip(9))}
                                (all but {string.Join(", ", s_onRequest)}; singles gives single, separate and separate-logits; a name that ends in
                                {Recipe.FoldsSuffix} is cross-fitted in five folds of the training and held-out rows, as the default is)
          --default-settings    also the default with the trainer's own rate and epochs, nothing chosen ({Recipe.AutoUntuned})
          --seeds N             every method is trained N times (5; generated sets alone 2)
          --rates X,X,...       learning rates to choose from (0.05,0.02,0.01; adam 0.003,0.001,0.0003)
          --epochs N            (60; generated sets alone 40)
          --optimizer NAME      sgd or adam (sgd)
          --widths N,N          hidden widths of every modality's encoder (64,32)
          --fusion N,N          hidden widths of the fusion head (64)
          --out FOLDER          where results, tables and pictures go (compare-results); finished results there are not repeated
          --parallel N          fits at a time (the machine's cores); the results are the same for all N
          --timings N           timed fits of every method on every set, one at a time, at the end (2; generated sets alone 1; 0 for none)
          --report-only         tables and pictures of the results that are there, nothing is trained
          --help
        """;

    private static readonly string[] s_onRequest =
        [Recipe.AutoUntuned, Recipe.AutoSingle, Recipe.EqualOnes, Recipe.Naive + Recipe.FoldsSuffix, Recipe.Equal + Recipe.FoldsSuffix,
            Recipe.Singles + Recipe.FoldsSuffix];

    private int? _seeds, _epochs, _timings;
    private float[]? _rates;
    private IReadOnlyList<string> _methods = [.. Recipe.All.Select(r => r.Name).Except(s_onRequest)];
    private IReadOnlyList<string> _generated = [];
    private bool _addsUntuned;

    public bool ReportsOnly { get; private set; }
    public IReadOnlyList<string> DataFolders { get; private set; } = [];
    public IReadOnlyList<string> Generated => DataFolders.Count == 0 && _generated.Count == 0 ? GeneratedSets.Names : _generated;
    public IReadOnlyList<Recipe> Recipes => Recipe.Named(_addsUntuned ? [.. _methods, Recipe.AutoUntuned] : _methods);
    public int Seeds => _seeds ?? (IsSmall ? 2 : 5);
    public int Rounds => _timings ?? (IsSmall ? 1 : 2);
    public int Parallel { get; private set; } = Environment.ProcessorCount;
    public string OutFolder { get; private set; } = "compare-results";
    public RunSettings Settings => new()
    {
        Rates = _rates ?? (_optimizer == "adam" ? [0.003f, 0.001f, 0.0003f] : [0.05f, 0.02f, 0.01f]),
        Epochs = _epochs
        ?? (IsSmall ? 40 : 60),
        OptimizerName = _optimizer,
        Widths = _widths,
        FusionWidths = _fusion
    };

    private string _optimizer = "sgd";
    private int[] _widths = [64, 32], _fusion = [64];

    private bool IsSmall => DataFolders.Count == 0;

    public static CommandLine Parse(string[] args)
    {
        var line = new CommandLine();
        var options = new OptionReader(args, Help);
        while (options.Next())
        {
            switch (options.Option)
            {
                case "--report-only": line.ReportsOnly = true; break;
                case "--default-settings": line._addsUntuned = true; break;
                case "--data": line.DataFolders = options.Values(); break;
                case "--generated": line._generated = [.. options.Values().Select(Generated)]; break;
                case "--methods": line._methods = options.List(); break;
                case "--seeds": line._seeds = options.Count(); break;
                case "--rates": line._rates = [.. options.Numbers().Select(rate => (float)rate)]; break;
                case "--epochs": line._epochs = options.Count(); break;
                case "--optimizer": line._optimizer = options.Choice("sgd", "adam"); break;
                case "--widths": line._widths = options.Counts(); break;
                case "--fusion": line._fusion = options.Counts(); break;
                case "--out": line.OutFolder = options.Value(); break;
                case "--parallel": line.Parallel = options.Count(); break;
                case "--timings": line._timings = options.Count(least: 0); break;
                default: throw options.Unknown();
            }
        }
        _ = line.Recipes;
        return line;

        string Generated(string name) => GeneratedSets.Names.Contains(name) ? name
            : throw new UserErrorException($"There is no generated set '{name}'. There are: {string.Join(", ", GeneratedSets.Names)}.");
    }
}
