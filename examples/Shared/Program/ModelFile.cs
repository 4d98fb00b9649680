using Microsoft.ML;

namespace Examples;

/// <summary>Saves models.</summary>
internal static class ModelFile
{
    /// <summary>Saves under another name first, so that an interrupted save leaves no half of a model.</summary>
    public static void Save(MLContext ml, ITransformer model, DataViewSchema schema, string path)
    {
        string unfinished = path + ".unfinished";
        try
        {
            ml.Model.Save(model, schema, unfinished);
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
